package dev.sluice.app.grpc;

import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.Status;
import java.util.List;

/**
 * What a caller must be allowed to do in the cluster, before anything is looked at for them.
 *
 * @param resource plural, with its subresource after a slash where there is one
 * @param namespace empty for all of them
 * @param name empty where it is not about one object
 */
record Permission(String verb, String group, String resource, String namespace, String name) {
    /** Throws PERMISSION_DENIED, in the API server's words, when the cluster does not allow it to the current caller. */
    void require(KubernetesClient client) {
        var caller = Caller.current();
        var parts = List.of(resource.split("/", 2));
        var attributes = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(caller.name())
                .withUid(caller.uid())
                .withGroups(caller.groups())
                .withExtra(caller.extra())
                .withNewResourceAttributes()
                .withVerb(verb)
                .withGroup(group)
                .withResource(parts.getFirst())
                .withSubresource(parts.size() > 1 ? parts.get(1) : null)
                .withNamespace(namespace)
                .withName(name)
                .endResourceAttributes()
                .endSpec()
                .build();
        var status = client.authorization()
                .v1()
                .subjectAccessReview()
                .create(attributes)
                .getStatus();
        if (!Boolean.TRUE.equals(status.getAllowed())) {
            throw Status.PERMISSION_DENIED
                    .withDescription(refusal(caller.name()))
                    .asRuntimeException();
        }
    }

    private String refusal(String user) {
        var what = resource + "." + group + (name.isEmpty() ? "" : " \"" + name + "\"");
        var where = namespace.isEmpty() ? "at the cluster scope" : "in the namespace \"" + namespace + "\"";
        return what + " is forbidden: User \"" + user + "\" cannot " + verb + " resource \"" + resource
                + "\" in API group \"" + group + "\" " + where;
    }
}
