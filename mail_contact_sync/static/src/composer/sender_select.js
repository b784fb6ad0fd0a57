import { Component } from "@odoo/owl";
import { hasTouch } from "@web/core/browser/feature_detection";
import { _t } from "@web/core/l10n/translation";
import { SenderMenu } from "./sender_menu";

/** The user's mailboxes and, last, the company's e-mail. */
export class SenderSelect extends Component {
    static template = "mail_contact_sync.SenderSelect";
    static components = { SenderMenu };
    static props = {
        senders: Array,
        value: [Number, { value: false }],
        onSelect: Function,
        id: { type: String, optional: true },
    };

    get choices() {
        return [
            ...this.props.senders.map(({ id, label }) => ({ value: id, label })),
            { value: false, label: _t("Company e-mail") },
        ];
    }

    get chosen() {
        return this.props.senders.find(({ id }) => id === this.props.value);
    }

    get searchable() {
        return !(this.env.isSmall && hasTouch());
    }
}
