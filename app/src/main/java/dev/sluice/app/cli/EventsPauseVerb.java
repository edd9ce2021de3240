package dev.sluice.app.cli;

import dev.sluice.app.grpc.ApiClient;
import dev.sluice.protos.v1.SubscriberRequest;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Keeps events from a Trigger or Subscription for a while, without losing any. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = "Attempt nothing for a Trigger or Subscription until it is resumed; what comes waits.")
final class EventsPauseVerb implements ApiVerb {
    @Mixin
    Subject subject = new Subject();

    @Override
    public void check() {
        subject.request();
    }

    @Override
    public int run(ApiClient api, Here here) {
        boolean changed = api.deliveries().pause(subject.request()).getChanged();
        here.out().println(subject.words() + (changed ? " is paused; its events wait." : " was paused already."));
        return 0;
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Deliver again to a paused Trigger or Subscription, first what has waited.")
    static final class Resume implements ApiVerb {
        @Mixin
        Subject subject = new Subject();

        @Override
        public void check() {
            subject.request();
        }

        @Override
        public int run(ApiClient api, Here here) {
            boolean changed = api.deliveries().resume(subject.request()).getChanged();
            here.out().println(subject.words() + (changed ? " goes on." : " was not paused."));
            return 0;
        }
    }

    static final class Subject {
        @Parameters(index = "0", paramLabel = "trigger|subscription", description = "Which kind.")
        String kind = "";

        @Parameters(index = "1", paramLabel = "NAME")
        String name = "";

        @Mixin
        Namespace namespace = new Namespace();

        SubscriberRequest request() {
            var kinds = switch (kind.toLowerCase(Locale.ROOT)) {
                case "trigger", "triggers" -> "Trigger";
                case "subscription", "subscriptions", "sub" -> "Subscription";
                default -> throw new UsageException("trigger or subscription, not " + kind);
            };
            return SubscriberRequest.newBuilder()
                    .setNamespace(namespace.name)
                    .setKind(kinds)
                    .setName(name)
                    .build();
        }

        String words() {
            return request().getKind() + " " + namespace.name + "/" + name;
        }
    }
}
