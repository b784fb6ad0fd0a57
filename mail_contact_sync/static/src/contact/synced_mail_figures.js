import { Component, onWillUnmount, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { SYNCED_MAIL } from "../chatter/synced_mail_service";

const FIGURES = ["sync_mail_count", "sync_mail_last_date"];

/**
 * Keeps what a contact's form says of its e-mails true while they arrive.
 *
 * It shows nothing itself. Only these fields are read, so that what the user
 * has typed and not yet saved stays.
 */
export class SyncedMailFigures extends Component {
    static props = standardWidgetProps;
    static template = xml``;

    setup() {
        const orm = useService("orm");
        let gone = false;
        onWillUnmount(() => (gone = true));
        useBus(this.env.bus, SYNCED_MAIL, async ({ detail: places }) => {
            const { record } = this.props;
            if (!record.resId || !places.get(record.resModel)?.has(record.resId)) {
                return;
            }
            const { resId } = record;
            const [figures] = await orm.read(record.resModel, [resId], FIGURES);
            if (!gone && this.props.record.resId === resId && figures) {
                delete figures.id;
                this.props.record._applyValues(figures);
            }
        });
    }
}

registry.category("view_widgets").add("synced_mail_figures", {
    component: SyncedMailFigures,
    fieldDependencies: [
        { name: "sync_mail_count", type: "integer" },
        { name: "sync_mail_last_date", type: "datetime" },
    ],
});
