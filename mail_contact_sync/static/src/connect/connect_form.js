import { onMounted, useExternalListener } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** One line of text or a number, but no menu: there Enter chooses. */
const LINES = ".o_field_char input, .o_field_integer input";

/** The dialog that adds a mailbox, for whoever types: Enter does what its main button does. */
export class MailSyncConnectFormController extends FormController {
    setup() {
        super.setup();
        useExternalListener(window, "keydown", this.onKeydown.bind(this));
        // The address is there mostly, the password never is.
        onMounted(() => {
            const password = this.rootRef.el.querySelector("[name='password'] input");
            if (this.model.root.data.address) {
                password?.focus();
            }
        });
    }

    onKeydown(ev) {
        const form = this.rootRef.el;
        if (ev.key !== "Enter" || !form?.contains(ev.target) || !ev.target.matches(LINES)) {
            return;
        }
        ev.preventDefault();
        form.closest(".modal")?.querySelector("footer .btn-primary:not(:disabled)")?.click();
    }
}

registry.category("views").add("mail_sync_connect_form", {
    ...formView,
    Controller: MailSyncConnectFormController,
});
