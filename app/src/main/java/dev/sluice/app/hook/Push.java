package dev.sluice.app.hook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;

/**
 * What GitHub, GitLab, Gitea and Bitbucket Server tell alike about a push to a branch.
 *
 * @param commit the branch's newest commit, 40 hex digits
 */
record Push(String branch, String commit) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BRANCHES = "refs/heads/";
    private static final String COMMIT = "[0-9a-f]{40}([0-9a-f]{24})?";

    /** Empty for whatever else was pushed: a tag, or a branch that is gone. */
    static Optional<Push> read(byte[] body) throws IOException {
        JsonNode json = JSON.readTree(body);
        var ref = json.path("ref").asText("");
        var commit = json.path("after").asText("");
        boolean gone = json.path("deleted").asBoolean(false) || commit.matches("0+");
        return ref.startsWith(BRANCHES) && !gone && commit.matches(COMMIT)
                ? Optional.of(new Push(ref.substring(BRANCHES.length()), commit))
                : Optional.empty();
    }
}
