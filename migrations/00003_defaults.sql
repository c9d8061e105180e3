-- +goose Up
-- What a new installation has; managers change all of it.
INSERT INTO settings (zone, language, secret) VALUES ('Asia/Tehran', 'fa', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

INSERT INTO sources (kind, title, slug, made_at) VALUES ('manual', '{"text": "ثبت دستی", "en": "Entered by hand"}', 'manual', now());

INSERT INTO statuses (title, emoji, cartable, reminder, ends, position) VALUES
    ('{"text": "منجر به همکاری", "en": "Led to cooperation"}', '🤝', 'none', 'no', 'won', 1),
    ('{"text": "جلسه حضوری", "en": "In-person meeting"}', '🏢', 'next', 'yes', '', 2),
    ('{"text": "جلسه آنلاین", "en": "Online meeting"}', '💻', 'next', 'yes', '', 3),
    ('{"text": "ارجاع به همکاران", "en": "Referred to colleagues"}', '📨', 'next', 'no', '', 4),
    ('{"text": "منتظر پیگیری", "en": "Awaiting follow-up"}', '⏳', 'stay', 'yes', '', 5),
    ('{"text": "در انتظار آزمون", "en": "Awaiting exam"}', '📝', 'stay', 'yes', '', 6),
    ('{"text": "انصراف از مشاوره", "en": "Declined"}', '🚫', 'none', 'no', 'lost', 7),
    ('{"text": "بلاک لیست", "en": "Block list"}', '⛔', 'none', 'no', 'blocked', 8),
    ('{"text": "منجر به خرید و قرارداد", "en": "Led to a contract"}', '🎉', 'none', 'no', 'won', 9);

-- Customer fields.
INSERT INTO fields (status_id, key, title, type, required, position) VALUES
    (NULL, 'level', '{"text": "مقطع", "en": "Level"}', 'text', false, 1),
    (NULL, 'major', '{"text": "رشته", "en": "Field of study"}', 'text', false, 2);

-- Status fields, by the position of their status.
INSERT INTO fields (status_id, key, title, type, required, choices, position)
SELECT s.id, f.key, f.title::jsonb, f.type, f.required, f.choices::jsonb, f.position
FROM statuses s JOIN (VALUES
    (1, 'cooperation', '{"text": "نوع همکاری", "en": "Kind of cooperation"}', 'text', false, '[]', 1),
    (2, 'meeting_day', '{"text": "روز جلسه", "en": "Day of the meeting"}', 'weekday', true, '[]', 1),
    (2, 'meeting_date', '{"text": "تاریخ جلسه", "en": "Date of the meeting"}', 'date', true, '[]', 2),
    (2, 'meeting_time', '{"text": "ساعت جلسه", "en": "Time of the meeting"}', 'time', true, '[]', 3),
    (3, 'online_date', '{"text": "تاریخ جلسه", "en": "Date of the meeting"}', 'date', true, '[]', 1),
    (3, 'online_time', '{"text": "ساعت جلسه", "en": "Time of the meeting"}', 'time', true, '[]', 2),
    (3, 'online_link', '{"text": "لینک جلسه", "en": "Link of the meeting"}', 'link', false, '[]', 3),
    (4, 'referral', '{"text": "توضیح ارجاع", "en": "About the referral"}', 'long_text', false, '[]', 1),
    (6, 'exam_date', '{"text": "تاریخ آزمون", "en": "Date of the exam"}', 'date', true, '[]', 1),
    (7, 'lost_reason', '{"text": "علت انصراف", "en": "Reason"}', 'choice', false, '[{"id": 1, "title": {"text": "قیمت بالا", "en": "Too expensive"}}, {"id": 2, "title": {"text": "زمان نامناسب", "en": "Bad timing"}}, {"id": 3, "title": {"text": "انتخاب رقیب", "en": "Chose a competitor"}}, {"id": 4, "title": {"text": "نیاز ندارد", "en": "No need"}}, {"id": 5, "title": {"text": "دلیل دیگر", "en": "Another reason"}}]', 1),
    (8, 'block_reason', '{"text": "علت", "en": "Reason"}', 'text', false, '[]', 1),
    (9, 'product', '{"text": "محصول یا خدمت", "en": "Product or service"}', 'text', true, '[]', 1),
    (9, 'amount', '{"text": "مبلغ", "en": "Amount"}', 'money', false, '[]', 2)
) AS f (status, key, title, type, required, choices, position) ON s.position = f.status
ORDER BY f.status, f.position;

-- The day of a meeting follows from its date: shown, never asked.
UPDATE fields SET derived = (SELECT d.id FROM fields d WHERE d.key = 'meeting_date') WHERE key = 'meeting_day';

UPDATE statuses SET appointment_date = d.id, appointment_time = t.id
FROM fields d, fields t
WHERE (statuses.position, d.key, t.key) IN ((2, 'meeting_date', 'meeting_time'), (3, 'online_date', 'online_time'));

-- +goose Down
DELETE FROM fields;
DELETE FROM statuses;
DELETE FROM sources;
DELETE FROM settings;
