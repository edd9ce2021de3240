package dev.sluice.app.hook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is told about a push to a branch: by GitHub, GitLab and Gitea alike, by Bitbucket Server in its own way and of several at once.
 *
 * @param commit the branch's newest commit, 40 hex digits
 * @param before the one that was the newest; empty where that was not said
 */
record Push(String branch, String commit, String before) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BRANCHES = "refs/heads/";
    private static final String COMMIT = "[0-9a-f]{40}([0-9a-f]{24})?";

    /** Without whatever else was pushed: a tag, or a branch that is gone. */
    static List<Push> read(byte[] body) throws IOException {
        JsonNode json = JSON.readTree(body);
        var pushes = new ArrayList<Push>();
        one(
                        json.path("ref"),
                        json.path("after"),
                        json.path("before"),
                        json.path("deleted").asBoolean(false))
                .ifPresent(pushes::add);
        for (var change : json.path("changes")) {
            one(change.path("ref").path("id"), change.path("toHash"), change.path("fromHash"), false)
                    .ifPresent(pushes::add);
        }
        return pushes;
    }

    private static Optional<Push> one(JsonNode name, JsonNode after, JsonNode before, boolean deleted) {
        var ref = name.asText("");
        var commit = after.asText("");
        boolean gone = deleted || commit.matches("0+");
        return ref.startsWith(BRANCHES) && !gone && commit.matches(COMMIT)
                ? Optional.of(new Push(ref.substring(BRANCHES.length()), commit, before.asText("")))
                : Optional.empty();
    }
}
