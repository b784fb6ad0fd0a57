import { _t } from "@web/core/l10n/translation";
import { uniqueId } from "@web/core/utils/functions";

/**
 * What an e-mail that is being written leaves from, and what it is called.
 *
 * @typedef {Object} Sender one of the user's mailboxes
 * @property {number} id
 * @property {string} label
 * @property {string} problem why it cannot send now, in words
 * @property {boolean} private whether only she will see it
 */
export class ComposerSender {
    constructor(orm) {
        this.orm = orm;
        this.domId = uniqueId("o-mail-ComposerSender-");
        /** @type {Sender[]} */
        this.senders = [];
        /** @type {number|false} the chosen mailbox; false is the company's e-mail */
        this.id = false;
        this.subject = "";
        this.withoutSubject = false;
        this.question = undefined;
        this.ready = Promise.resolve();
    }

    /** Ask the server what there is to choose from; asked the same again, keep what was chosen. */
    ask(model, threadId, parentId = false) {
        const question = JSON.stringify([model, threadId, parentId]);
        if (question === this.question) {
            return;
        }
        this.question = question;
        this.senders = [];
        this.ready = this.answer(question).catch((error) => {
            if (question === this.question) {
                this.question = undefined;
            }
            throw error;
        });
    }

    async answer(question) {
        const answer = await this.orm.silent.call(
            "mail.sync.account",
            "composer_senders",
            JSON.parse(question)
        );
        if (question !== this.question) {
            return this.ready; // of another record meanwhile
        }
        this.senders = answer.senders;
        this.id = answer.sender;
        this.subject = answer.subject;
    }

    /** @returns {Sender|undefined} */
    get chosen() {
        return this.senders.find(({ id }) => id === this.id);
    }

    /** Why it cannot be sent like this, in words; marks what is missing. */
    findObstacle() {
        if (!this.chosen) {
            return "";
        }
        if (this.chosen.problem) {
            return this.chosen.problem;
        }
        this.withoutSubject = !this.subject.trim();
        return this.withoutSubject ? _t("Please give this e-mail a subject.") : "";
    }
}
