import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const INTERVAL = 1000;

/** Told to whatever shows more of these records than their chatter; ids of records by model. */
export const SYNCED_MAIL = "MAIL_CONTACT_SYNC:SYNCED_MAIL";

/**
 * Shows synced mail in a chatter that is open when it arrives.
 *
 * Older mail may arrive after newer, so the thread is read again from its top,
 * as far as it was read before. At most once a second, and only in a tab that
 * somebody sees: a hidden one catches up when it is looked at.
 */
export class SyncedMail {
    constructor(env, { bus_service: bus, "mail.store": store }) {
        this.env = env;
        this.store = store;
        this.waiting = new Map(); // ids of records by model
        this.timer = undefined;
        bus.subscribe("mail_contact_sync/posted", ({ places }) => {
            for (const [model, ids] of Object.entries(places)) {
                this.wait(model, ids);
            }
            this.schedule();
        });
        document.addEventListener("visibilitychange", () => this.schedule());
    }

    wait(model, ids) {
        this.waiting.set(model, new Set([...(this.waiting.get(model) ?? []), ...ids]));
    }

    schedule() {
        if (!this.timer && !document.hidden && this.waiting.size) {
            this.timer = setTimeout(() => this.refresh(), INTERVAL);
        }
    }

    async refresh() {
        const places = new Map(this.waiting);
        this.waiting.clear();
        const threads = [];
        for (const [model, ids] of places) {
            for (const id of ids) {
                const thread = this.store.Thread.get({ model, id });
                if (thread?.status === "loading") {
                    this.wait(model, [id]); // what it is told may be older
                } else if (thread?.isLoaded) {
                    threads.push(thread);
                }
            }
        }
        this.env.bus.trigger(SYNCED_MAIL, places);
        await Promise.allSettled(threads.map((thread) => this.refreshThread(thread)));
        this.timer = undefined;
        this.schedule();
    }

    async refreshThread(thread) {
        const known = new Set(thread.persistentMessages.map(({ id }) => id));
        const limit = Math.max(this.store.FETCH_LIMIT, thread.persistentMessages.length);
        const { data, messages } = await rpc(thread.getFetchRoute(), {
            ...thread.getFetchParams(),
            fetch_params: { limit },
        });
        this.store.insert(data);
        const answered = new Set(messages);
        // Posted while we asked, or about to be: the answer may not know of it.
        const since = thread.messages.filter(({ id }) => !known.has(id) && !answered.has(id));
        const found = this.store["mail.message"].insert(messages.reverse());
        thread.messages = [...found, ...since];
        thread.loadOlder = messages.length === limit;
    }
}

export const syncedMailService = {
    dependencies: ["bus_service", "mail.store"],
    start: (env, services) => new SyncedMail(env, services),
};

registry.category("services").add("mail_contact_sync.synced_mail", syncedMailService);
