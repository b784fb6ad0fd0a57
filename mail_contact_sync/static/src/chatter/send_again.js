import { Component, status, useEffect, useState } from "@odoo/owl";
import { Message } from "@mail/core/common/message";
import { patch } from "@web/core/utils/patch";

/** Lets whoever wrote an e-mail that was not sent try it again, where the reason stands. */
export class SendAgain extends Component {
    static template = "mail_contact_sync.SendAgain";
    static props = { message: Object, onChange: Function };

    setup() {
        // Core hands over a message that tells nobody of its changes.
        this.message = useState(this.props.message._proxy);
        this.attempt = useState({ running: false });
        useEffect(
            () => this.props.onChange(),
            () => [
                this.message.notification_ids
                    .map((each) => [each.notification_status, each.failure_reason])
                    .join(),
            ]
        );
    }

    get isOffered() {
        return this.message.notification_ids.some((each) => each.isFailure && each.sync_retriable);
    }

    async onClick() {
        // Not useService: a service of a component that is closed meanwhile never answers.
        const { orm } = this.env.services;
        this.attempt.running = true;
        try {
            // What came of it is told by the bus.
            await orm.call("mail.message", "action_sync_send_again", [[this.message.id]]);
        } finally {
            if (status(this) !== "destroyed") {
                this.attempt.running = false;
            }
        }
    }
}

patch(Message.prototype, {
    setup() {
        // Add-ons such as snailmail put a popover of theirs, with core's template, in its place.
        const { Popover } = this.constructor.components;
        if (!Popover.components?.SendAgain) {
            Popover.components = { ...Popover.components, SendAgain };
        }
        super.setup(...arguments);
    },
});
