package dev.sluice.app.hook;

import dev.sluice.app.git.SourceException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /{namespace}/{service}}: a push to a repository starts a build of the service. Who has no good signature learns nothing, not
 * even whether there is such a service.
 */
public final class PushHooks implements HttpService {
    /** The longest body that is read, in bytes. */
    static final int LONGEST = 2 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(PushHooks.class);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final String PART = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    /** What the body is checked against where there is no secret, so that it takes as long. */
    private static final String NOBODYS = "nobody has this secret";

    private final PushedServices services;

    PushHooks(PushedServices services) {
        this.services = services;
    }

    /** Over the Services, Secrets and Builds of a cluster. */
    public static PushHooks over(KubernetesClient client, SourceCopies copies) {
        return new PushHooks(new ClusterServices(client, copies));
    }

    /** Throws {@link UnpushableException} when no push to the service could be built. */
    public static void check(KubernetesClient client, SourceCopies copies, String namespace, String service) {
        PushedSource.of(client, copies, namespace, service);
    }

    @Override
    public void routing(HttpRules rules) {
        rules.post("/{namespace}/{service}", this::pushed);
    }

    private void pushed(ServerRequest request, ServerResponse response) throws IOException {
        byte[] body;
        try (var in = request.content().inputStream()) {
            body = in.readNBytes(LONGEST + 1);
        }
        if (body.length > LONGEST) {
            answer(response, Status.REQUEST_ENTITY_TOO_LARGE_413, "the body is longer than " + LONGEST + " bytes");
            return;
        }
        var namespace = request.path().pathParameters().get("namespace");
        var service = request.path().pathParameters().get("service");
        var hook = namespace.matches(PART) && service.matches(PART)
                ? services.hook(namespace, service)
                : Optional.<PushedServices.Hook>empty();
        boolean good = PushSignature.isGood(
                PushSignature.signature(
                        header(request, PushSignature.GITHUB), header(request, PushSignature.BITBUCKET)),
                header(request, PushSignature.GITLAB),
                body,
                hook.map(PushedServices.Hook::secret).orElse(NOBODYS));
        if (hook.isEmpty() || !good) {
            answer(response, Status.UNAUTHORIZED_401, "no good signature");
            return;
        }
        received(response, namespace, service, hook.get(), header(request, "X-GitHub-Event"), body);
    }

    private void received(
            ServerResponse response,
            String namespace,
            String service,
            PushedServices.Hook hook,
            Optional<String> event,
            byte[] body)
            throws IOException {
        if (event.filter("ping"::equals).isPresent()) {
            answer(response, Status.OK_200, "pushes to " + namespace + "/" + service + " will be built");
            return;
        }
        Optional<Push> push;
        try {
            push = Push.read(body).stream()
                    .filter(p -> hook.branch().isEmpty() || hook.branch().equals(p.branch()))
                    .findFirst();
        } catch (IOException e) {
            answer(response, Status.BAD_REQUEST_400, "the body is not JSON");
            return;
        }
        if (push.isEmpty()) {
            answer(response, Status.OK_200, "nothing to build");
            return;
        }
        try {
            var build = services.build(namespace, service, push.get());
            LOG.atInfo()
                    .addKeyValue("namespace", namespace)
                    .addKeyValue("name", build)
                    .log("a push is built");
            answer(response, Status.ACCEPTED_202, "build " + build);
        } catch (UnpushableException | SourceException e) {
            answer(response, Status.CONFLICT_409, String.valueOf(e.getMessage()));
        } catch (KubernetesClientException e) {
            LOG.atWarn().addKeyValue("namespace", namespace).setCause(e).log("starting the build of a push failed");
            if (isRefusal(e)) {
                answer(response, Status.CONFLICT_409, e.getStatus().getMessage());
            } else {
                answer(response, Status.SERVICE_UNAVAILABLE_503, "the build could not be started; try again");
            }
        }
    }

    /** Whether the API server would say the same again. */
    private static boolean isRefusal(KubernetesClientException e) {
        return e.getCode() >= 400
                && e.getCode() < 500
                && e.getCode() != HttpURLConnection.HTTP_CONFLICT
                && e.getCode() != TOO_MANY_REQUESTS
                && e.getStatus() != null
                && e.getStatus().getMessage() != null;
    }

    private static Optional<String> header(ServerRequest request, String name) {
        return request.headers().first(HeaderNames.create(name));
    }

    private static void answer(ServerResponse response, Status status, String text) {
        response.status(status).send(text + "\n");
    }
}
