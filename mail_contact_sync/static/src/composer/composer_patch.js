import { toRaw, useEffect, useRef, useState } from "@odoo/owl";
import { Composer } from "@mail/core/common/composer";
import { Store } from "@mail/core/common/store_service";
import { rpc, RPCError } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { ComposerSender } from "./composer_sender";
import { SenderSelect } from "./sender_select";

Object.assign(Composer.components, { SenderSelect });

patch(Composer.prototype, {
    setup() {
        super.setup(...arguments);
        this.sender = useState(new ComposerSender(useService("orm")));
        this.senderSubject = useRef("sender-subject");
        useEffect(
            () => this.askForSenders(),
            () => [this.choosesSender, this.thread?.localId, this.props.composer.replyToMessage?.id]
        );
        useEffect(
            () => this.stayInSight(),
            () => [this.choosesSender && this.sender.senders.length]
        );
    },

    /** Whether what is written here goes to people outside, from whom it is asked. */
    get choosesSender() {
        return Boolean(
            this.props.mode === "extended" &&
                this.props.type === "message" &&
                this.thread?.id &&
                !this.props.composer.message
        );
    },

    /** The rows that are known later push what she is about to write in below the screen. */
    stayInSight() {
        const { activeElement } = document;
        if (this.sender.senders.length && activeElement && activeElement === this.ref.el) {
            this.root.el?.scrollIntoView({ block: "nearest" });
        }
    },

    askForSenders() {
        if (this.choosesSender) {
            const { model, id } = this.thread;
            this.sender.ask(model, id, this.props.composer.replyToMessage?.id);
        }
    },

    /** As soon as it is known from where she writes; a question that got lost is asked again. */
    async knowSender() {
        this.askForSenders();
        await this.sender.ready;
    },

    async sendMessage() {
        if (this.choosesSender) {
            await this.knowSender();
            const obstacle = this.sender.findObstacle();
            if (obstacle) {
                this.env.services.notification.add(obstacle, { type: "warning" });
                if (this.sender.withoutSubject) {
                    this.senderSubject.el?.focus();
                }
                return;
            }
        }
        try {
            return await super.sendMessage(...arguments);
        } catch (error) {
            if (error instanceof RPCError) {
                // What the server refused can be mended and sent; core leaves it locked.
                this.state.active = true;
            }
            throw error;
        }
    },

    get postData() {
        const { chosen, subject } = this.sender;
        return {
            ...super.postData,
            ...(this.choosesSender && chosen && { sync_sender_id: chosen.id, sync_subject: subject }),
        };
    },

    async _sendMessage(value, postData) {
        const message = await super._sendMessage(...arguments);
        if (message && postData.sync_sender_id) {
            this.readAgain(message).catch(() => {}); // it was posted, whatever happens now
        }
        return message;
    },

    /**
     * It was sent after the server had worded its answer: whether that went well is told by
     * the bus, and mostly before the answer, which then covers it.
     */
    async readAgain({ id, thread }) {
        const { data } = await rpc(
            thread.getFetchRoute(),
            { ...thread.getFetchParams(), fetch_params: { around: id, limit: 2 } },
            { silent: true }
        );
        this.store.insert(data);
    },

    async onClickFullComposer() {
        if (this.choosesSender) {
            await this.knowSender();
        }
        return super.onClickFullComposer(...arguments);
    },

    get fullComposerAdditionalContext() {
        const context = super.fullComposerAdditionalContext;
        if (!this.choosesSender || !this.sender.senders.length) {
            return context;
        }
        const { id, subject } = this.sender;
        return {
            ...context,
            default_sync_sender_id: id,
            mail_contact_sync_signed: toRaw(this.props.composer).emailAddSignature,
            ...(id && subject && { default_subject: subject }),
        };
    },
});

patch(Store.prototype, {
    async getMessagePostParams({ postData }) {
        const params = await super.getMessagePostParams(...arguments);
        if (postData.sync_sender_id) {
            const { sync_sender_id, sync_subject } = postData;
            Object.assign(params.post_data, { sync_sender_id, sync_subject });
        }
        return params;
    },
});
