// Package metrics counts what an operator wants to know of a running bot, for
// Prometheus. No label holds anything of a person or a customer.
package metrics

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"cartable/bot/chat"
	"cartable/internal/crm"
)

const namespace = "cartable"

// seconds are the buckets of everything that a person waits for.
var seconds = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800}

// Metrics are the instruments, on a registry of their own. They are safe for
// concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	requests  *prometheus.HistogramVec
	inquiries *prometheus.CounterVec
	updates   *prometheus.HistogramVec
	attempts  *prometheus.CounterVec
	sends     *prometheus.CounterVec
	waits     *prometheus.HistogramVec
	lateness  prometheus.Histogram
	forms     *prometheus.CounterVec
	depth     *prometheus.GaugeVec
	oldest    *prometheus.GaugeVec
	leading   prometheus.Gauge
	telegram  prometheus.Gauge
}

// New returns fresh instruments.
func New() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: seconds}, labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
	}
	queue := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, []string{"queue"})
	}
	m := &Metrics{
		registry:  prometheus.NewRegistry(),
		requests:  histogram("http_request_seconds", "Requests to the API and the hosted forms.", "route", "status"),
		inquiries: counter("inquiries_total", "Arrivals of customers by the kind of source and what became of them.", "source", "outcome"),
		updates:   histogram("update_seconds", "How long the handling of an update took, by its kind.", "kind"),
		attempts:  counter("update_attempts_total", "Attempts to handle an update, by outcome.", "outcome"),
		sends:     counter("notifications_total", "What became of notifications and of edits of their messages.", "outcome"),
		waits:     histogram("notification_wait_seconds", "From the making of a notification to its end, by outcome.", "outcome"),
		forms:     counter("forms_total", "Forms in the chat by how they ended: saved, or abandoned in some way.", "ended"),
		depth:     queue("queue_depth", "Rows that wait or are in hand: inbox and outbox."),
		oldest:    queue("queue_oldest_seconds", "Age of the oldest of them."),
		leading:   gauge("leading", "1 while this instance is the leader."),
		telegram:  gauge("telegram_up", "1 while Telegram answers this instance."),
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: "reminder_lateness_seconds",
			Help:    "How late the latest first ring of a batch of reminders was.",
			Buckets: []float64{.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86400}}),
	}
	m.registry.MustRegister(m.requests, m.inquiries, m.updates, m.attempts, m.sends, m.waits, m.lateness, m.forms,
		m.depth, m.oldest, m.leading, m.telegram, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves GET /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Request notes an HTTP request.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Update notes that an update was handled.
func (m *Metrics) Update(kind chat.Kind, took time.Duration) {
	m.updates.WithLabelValues(string(kind)).Observe(took.Seconds())
}

// Attempt notes the outcome of an attempt at an update.
func (m *Metrics) Attempt(outcome string) { m.attempts.WithLabelValues(outcome).Inc() }

// Notification notes what became of a notification, after it had waited.
func (m *Metrics) Notification(outcome string, waited time.Duration) {
	m.sends.WithLabelValues(outcome).Inc()
	m.waits.WithLabelValues(outcome).Observe(waited.Seconds())
}

// Rang notes how late a batch of reminders was.
func (m *Metrics) Rang(late time.Duration) { m.lateness.Observe(late.Seconds()) }

// FormEnded notes how a form ended: saved, cancelled, lost or expired.
func (m *Metrics) FormEnded(how string) { m.forms.WithLabelValues(how).Inc() }

// Queue sets the gauges of a queue, "inbox" or "outbox".
func (m *Metrics) Queue(name string, depth int, oldest time.Duration) {
	m.depth.WithLabelValues(name).Set(float64(depth))
	m.oldest.WithLabelValues(name).Set(oldest.Seconds())
}

// Leading notes whether this instance leads. Who does not lead knows no queue.
func (m *Metrics) Leading(yes bool) {
	m.leading.Set(number(yes))
	if !yes {
		m.depth.Reset()
		m.oldest.Reset()
	}
}

// Telegram notes whether Telegram answers.
func (m *Metrics) Telegram(up bool) { m.telegram.Set(number(up)) }

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Domain is the domain with its inquiries counted.
type Domain struct {
	*crm.Service
	metrics *Metrics
	kinds   *sync.Map // crm.SourceID → crm.SourceKind; a source never changes its kind
}

// Counting returns the domain with its inquiries counted.
func (m *Metrics) Counting(s *crm.Service) Domain {
	return Domain{Service: s, metrics: m, kinds: &sync.Map{}}
}

// RecordInquiry is the domain's; see crm.Service.
func (d Domain) RecordInquiry(ctx context.Context, cmd crm.Command, in crm.Inquiry) (crm.Arrival, error) {
	a, err := d.Service.RecordInquiry(ctx, cmd, in)
	d.count(ctx, in.Source, a, err)
	return a, err
}

// RecordInquiries is the domain's; see crm.Service.
func (d Domain) RecordInquiries(ctx context.Context, rs []crm.Recording) []crm.Recorded {
	out := d.Service.RecordInquiries(ctx, rs)
	for i, r := range out {
		d.count(ctx, rs[i].Inquiry.Source, r.Arrival, r.Err)
	}
	return out
}

func (d Domain) count(ctx context.Context, source crm.SourceID, a crm.Arrival, err error) {
	outcome := "new"
	var refusal *crm.Error
	switch {
	case errors.As(err, &refusal):
		outcome = "refused"
	case err != nil:
		outcome = "failed"
	case a.Repeated:
		outcome = "repeated"
	case a.Known:
		outcome = "known"
	}
	d.metrics.inquiries.WithLabelValues(d.kind(ctx, source), outcome).Inc()
}

func (d Domain) kind(ctx context.Context, id crm.SourceID) string {
	if k, ok := d.kinds.Load(id); ok {
		return string(k.(crm.SourceKind))
	}
	dir, err := d.Directory(ctx)
	if err != nil {
		return "unknown"
	}
	src, ok := dir.Sources[id]
	if !ok {
		return "unknown"
	}
	d.kinds.Store(id, src.Kind)
	return string(src.Kind)
}
