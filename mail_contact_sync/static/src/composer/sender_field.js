import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useSpecialData } from "@web/views/fields/relational_utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { SenderSelect } from "./sender_select";

/** From whom a message of the full composer is. */
export class SenderField extends Component {
    static template = "mail_contact_sync.SenderField";
    static components = { SenderSelect };
    static props = { ...standardFieldProps };

    setup() {
        this.answer = useSpecialData((orm, { record }) => {
            const { sync_choosable, model, res_ids, sync_parent_id } = record.data;
            if (!sync_choosable) {
                return { senders: [] };
            }
            const [threadId] = JSON.parse(res_ids);
            const question = [model, threadId, sync_parent_id?.id ?? false];
            return orm.call("mail.sync.account", "composer_senders", question);
        });
    }

    get value() {
        return this.props.record.data[this.props.name]?.id ?? false;
    }

    onSelect(id) {
        const sender = this.answer.data.senders.find((each) => each.id === id);
        const value = sender ? { id, display_name: sender.label } : false;
        return this.props.record.update({ [this.props.name]: value });
    }
}

registry.category("fields").add("mail_sync_sender", {
    component: SenderField,
    displayName: _t("Mailbox to Write From"),
    supportedTypes: ["many2one"],
});
