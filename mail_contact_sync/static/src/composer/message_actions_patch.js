import { messageActionsRegistry } from "@mail/core/common/message_actions";
import "@mail/core/web/message_actions_patch";
import { patch } from "@web/core/utils/patch";

/** What inherits all of ``original`` but for some properties. */
function variant(original, properties) {
    return Object.create(original, Object.getOwnPropertyDescriptors(properties));
}

/**
 * The same component, whose full composer is told which message it answers, and may leave
 * something to be sent later: core looks for new messages alone.
 */
function answering(owner, message, thread) {
    const { action } = owner.env.services;
    const doAction = (request, options) =>
        action.doAction(
            { ...request, context: { ...request.context, default_sync_parent_id: message.id } },
            {
                ...options,
                onClose(...args) {
                    thread.fetchThreadData(["scheduledMessages"]);
                    return options?.onClose?.(...args);
                },
            }
        );
    const services = variant(owner.env.services, { action: variant(action, { doAction }) });
    return variant(owner, { env: variant(owner.env, { services }) });
}

for (const name of ["reply-all", "forward"]) {
    patch(messageActionsRegistry.get(name), {
        onSelected(params) {
            const { message, owner, thread } = params;
            return super.onSelected({ ...params, owner: answering(owner, message, thread) });
        },
    });
}
