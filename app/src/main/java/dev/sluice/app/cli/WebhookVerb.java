package dev.sluice.app.cli;

import dev.sluice.app.hook.HookSecret;
import dev.sluice.app.hook.PushHooks;
import dev.sluice.app.hook.UnpushableException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets pushes to a repository build and deploy a service. */
@Command(
        name = "webhook",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Let pushes build and deploy a service: say the URL and the secret for the Git server.",
            "GitHub, Gitea and Bitbucket Server sign with the secret, GitLab sends it as its token."
        })
final class WebhookVerb implements InstanceVerb {
    @Parameters(paramLabel = "SERVICE", description = "A service that was deployed from a source.")
    String service = "";

    @Mixin
    Namespace namespace = new Namespace();

    @Option(names = "--branch", paramLabel = "BRANCH", description = "Build pushes to this branch only.")
    String branch = "";

    @Option(names = "--secret", paramLabel = "SECRET", description = "Take this secret (default: a new, random one).")
    @Nullable
    String secret;

    @Option(names = "--remove", description = "Let no push build the service any longer.")
    boolean remove;

    @Override
    public void check() {
        if (secret != null && secret.isBlank()) {
            throw new UsageException("--secret must not be empty");
        }
    }

    @Override
    public int run(Session session) {
        check();
        var client = session.platform().kubernetes();
        if (remove) {
            client.secrets()
                    .inNamespace(namespace.name)
                    .withName(HookSecret.name(service))
                    .delete();
            session.say("Pushes build " + service + " no longer.");
            return 0;
        }
        var owner = Kind.SERVICE
                .get(client, namespace.name, service)
                .orElseThrow(() -> new VerbException("no Service " + service + " in namespace " + namespace.name));
        try {
            PushHooks.check(client, session.platform().sourceCopies(), namespace.name, service);
        } catch (UnpushableException e) {
            throw new VerbException(String.valueOf(e.getMessage()));
        }
        var taken = secret == null ? HookSecret.random() : secret;
        client.resource(HookSecret.of(Kind.resource(owner), branch, taken))
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("sluice-webhook")
                        .withForce(true)
                        .build());
        session.say("URL       " + session.platform().hookUrl(namespace.name, service));
        session.say("Secret    " + taken);
        session.say("Content   application/json, events: push" + (branch.isEmpty() ? "" : " (to " + branch + ")"));
        return 0;
    }
}
