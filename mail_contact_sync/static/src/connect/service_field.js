import { registry } from "@web/core/registry";
import { BadgeSelectionField, badgeSelectionField } from "@web/views/fields/badge_selection/badge_selection_field";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Core's badges, for keyboards, too: one stop of Tab, and arrows to choose, as with radio buttons. */
export class MailSyncServiceField extends BadgeSelectionField {
    static template = "mail_contact_sync.ServiceField";

    onKeydown(ev, index) {
        const step = STEPS[ev.key];
        if (step) {
            ev.preventDefault();
            const badges = ev.target.parentElement.children;
            const next = (index + step + badges.length) % badges.length;
            this.onChange(this.options[next][0]);
            badges[next].focus();
        }
    }
}

registry.category("fields").add("mail_sync_service", {
    ...badgeSelectionField,
    component: MailSyncServiceField,
});
