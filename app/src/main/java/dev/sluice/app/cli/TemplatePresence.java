package dev.sluice.app.cli;

import dev.sluice.api.build.TemplateCheck;
import dev.sluice.api.build.TemplateInstantiation;
import java.util.List;

/** Before the source is copied and a Build made that could not but fail. */
final class TemplatePresence {
    static void check(Session session, String namespace, String template) {
        var client = session.platform().kubernetes();
        if (Kind.BUILD_TEMPLATE.get(client, namespace, template).isEmpty()
                && Kind.CLUSTER_BUILD_TEMPLATE.get(client, "", template).isEmpty()) {
            throw new VerbException(
                    TemplateCheck.missing(new TemplateInstantiation(template, null, List.of(), List.of()), namespace));
        }
    }

    private TemplatePresence() {}
}
