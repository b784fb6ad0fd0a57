import { onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/**
 * Calls back when a mailbox has got on, unless nobody sees the tab.
 *
 * @param {(accountId: number) => void} callback
 */
function useProgress(callback) {
    const bus = useService("bus_service");
    const onProgress = ({ account_id: accountId }) => {
        if (!document.hidden) {
            callback(accountId);
        }
    };
    bus.subscribe("mail_contact_sync/progress", onProgress);
    onWillUnmount(() => bus.unsubscribe("mail_contact_sync/progress", onProgress));
}

export class MailSyncAccountFormController extends FormController {
    setup() {
        super.setup();
        useProgress(async (accountId) => {
            const { root } = this.model;
            if (root.resId === accountId && !(await root.isDirty())) {
                await root.load();
            }
        });
    }
}

export class MailSyncAccountListController extends ListController {
    setup() {
        super.setup();
        useProgress(() => {
            if (!this.model.root.editedRecord) {
                this.model.root.load();
            }
        });
    }
}

registry.category("views").add("mail_sync_account_form", {
    ...formView,
    Controller: MailSyncAccountFormController,
});
registry.category("views").add("mail_sync_account_list", {
    ...listView,
    Controller: MailSyncAccountListController,
});
