import { Message } from "@mail/core/common/message_model";
import "@mail/core/web/message_model_patch";
import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /** An e-mail stays as it came, or as it was sent. */
    get editable() {
        return !this.sync_access && !this.sync_written && super.editable;
    },

    /** What she sent from a mailbox, too: core knows such mails as what it sends by itself. */
    canForward(thread) {
        const isSent = this.message_type === "email_outgoing" && this.sync_access;
        const isChatter = thread && !["discuss.channel", "mail.box"].includes(thread.model);
        return Boolean(isSent && isChatter) || super.canForward(thread);
    },
});
