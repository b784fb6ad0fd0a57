import { onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

const INTERVAL = 1000;

/**
 * Calls back when mailboxes have got on: at most once a second, and only while
 * somebody sees the tab.
 *
 * @param {(accountIds: Set<number>, removedIds: Set<number>) => void} callback
 */
function useProgress(callback) {
    const bus = useService("bus_service");
    const news = new Set();
    const removed = new Set();
    let timer;
    const tell = () => {
        clearTimeout(timer);
        timer = undefined;
        if (!document.hidden && news.size + removed.size) {
            callback(new Set(news), new Set(removed));
            news.clear();
            removed.clear();
        }
    };
    const onProgress = ({ account_id: accountId, removed: isRemoved }) => {
        (isRemoved ? removed : news).add(accountId);
        timer ??= setTimeout(tell, INTERVAL);
    };
    bus.subscribe("mail_contact_sync/progress", onProgress);
    document.addEventListener("visibilitychange", tell);
    onWillUnmount(() => {
        document.removeEventListener("visibilitychange", tell);
        clearTimeout(timer);
        bus.unsubscribe("mail_contact_sync/progress", onProgress);
    });
}

export class MailSyncAccountFormController extends FormController {
    setup() {
        super.setup();
        const action = useService("action");
        useProgress(async (accountIds, removedIds) => {
            const { root } = this.model;
            if (removedIds.has(root.resId)) {
                await action.doAction("mail_contact_sync.mail_sync_account_action", {
                    clearBreadcrumbs: true,
                });
            } else if (accountIds.has(root.resId) && !(await root.isDirty())) {
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

export class MailSyncAccountKanbanController extends KanbanController {
    setup() {
        super.setup();
        useProgress(() => this.model.root.load());
    }
}

registry.category("views").add("mail_sync_account_form", {
    ...formView,
    Controller: MailSyncAccountFormController,
});
registry.category("views").add("mail_sync_account_kanban", {
    ...kanbanView,
    Controller: MailSyncAccountKanbanController,
});
registry.category("views").add("mail_sync_account_list", {
    ...listView,
    Controller: MailSyncAccountListController,
});
