import { MessageNotificationPopover } from "@mail/core/common/message_notification_popover";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

/** An e-mail that did not leave its author's mailbox can be tried again where the reason stands. */
patch(MessageNotificationPopover.prototype, {
    setup() {
        super.setup(...arguments);
        this.mailSyncOrm = useService("orm");
    },

    get mailSyncFailed() {
        // Only its author is told the reason.
        return this.props.message.notification_ids.some(
            (notification) => notification.isFailure && notification.failure_reason
        );
    },

    async mailSyncSendAgain() {
        this.props.close?.();
        await this.mailSyncOrm.call("mail.message", "action_sync_send_again", [
            [this.props.message.id],
        ]);
    },
});
