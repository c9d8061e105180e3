// The simulator's HTTP API, and its news.

const FALLBACK_POLL_MS = 3000;
const RETRY_MS = 1500;

async function call(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) {
    const error = new Error(`${path}: HTTP ${response.status}`);
    error.status = response.status;
    throw error;
  }
  return response;
}

// read fetches one JSON document.
export async function read(path) {
  return (await call(path, { cache: "no-store" })).json();
}

// post sends a JSON body; the answer's body is of no interest, since every
// effect comes back as a change.
export async function post(path, body) {
  await call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

// upload sends one file as the multipart field "file".
export async function upload(path, file) {
  const form = new FormData();
  form.append("file", file, file.name);
  await call(path, { method: "POST", body: form });
}

// Live keeps the page in step with the server. Documents are fetched one after
// the other, so that an older one can never be shown over a newer; several
// changes of one chat that wait together cost one fetch.
export class Live {
  #wanted = new Set();
  #running = false;
  #listening = false;
  #handlers;

  // handlers: state(state, live), where live says that it was read while the news
  // were listened to, so that nothing is missed since; chat(chat) after a change
  // event; online(bool).
  constructor(handlers) {
    this.#handlers = handlers;
  }

  start() {
    const events = new EventSource("/sim/events");
    let poll = 0;
    events.addEventListener("open", () => {
      clearInterval(poll);
      poll = 0;
      this.#listening = true;
      this.#handlers.online(true);
      this.refresh();
    });
    events.addEventListener("error", () => {
      this.#listening = false;
      this.#handlers.online(false);
      if (!poll) poll = setInterval(() => this.refresh(), FALLBACK_POLL_MS);
    });
    events.addEventListener("change", (event) => {
      const { chat } = JSON.parse(event.data);
      this.#want(chat || "state");
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.refresh();
    });
    this.refresh();
  }

  // refresh fetches everything, the clock included.
  refresh() {
    this.#want("state");
  }

  #want(key) {
    this.#wanted.add(key);
    if (!this.#running) this.#run();
  }

  async #run() {
    this.#running = true;
    while (this.#wanted.size > 0) {
      const [key] = this.#wanted;
      this.#wanted.delete(key);
      try {
        await this.#load(key);
      } catch (error) {
        console.warn(error);
        // A chat that is gone is learnt of from the whole.
        this.#wanted.add(error.status === 404 ? "state" : key);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#running = false;
  }

  async #load(key) {
    if (key !== "state") {
      this.#handlers.chat(whole(await read(`/sim/chat/${key}`)));
      return;
    }
    const live = this.#listening;
    const state = await read("/sim/state");
    this.#handlers.state({ ...state, links: state.links ?? [], chats: (state.chats ?? []).map(whole) }, live);
  }
}

// whole fills in the lists of a chat: an empty one may come as null.
function whole(chat) {
  return { ...chat, menu: chat.menu ?? [], messages: chat.messages ?? [] };
}
