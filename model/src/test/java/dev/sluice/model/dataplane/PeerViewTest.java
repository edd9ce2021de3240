package dev.sluice.model.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.dataplane.PeerView.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PeerViewTest {
    private static final List<RevisionId> REVISIONS = IntStream.range(0, 3_000)
            .mapToObj(i -> new RevisionId("default", "app-%05d".formatted(i)))
            .toList();

    private static PeerView view(Peer... members) {
        return new PeerView(new TableVersion(1, 1), List.of(members));
    }

    private static Peer peer(String name) {
        return new Peer(name, "127.0.0.1", 1, false);
    }

    private static String home(PeerView view, RevisionId revision) {
        return view.home(revision).orElseThrow().name();
    }

    @Test
    void everybodyFindsTheSameHomeInWhateverOrderTheMembersAreNamed() {
        var one = view(peer("a"), peer("b"), peer("c"));
        var other = view(peer("c"), peer("a"), peer("b"));
        assertThat(REVISIONS).allSatisfy(id -> assertThat(home(one, id)).isEqualTo(home(other, id)));
    }

    @Test
    void sharesFairlyAndMovesOnlyWhatALeavingMemberHad() {
        var all = view(peer("a"), peer("b"), peer("c"));
        var shares = new HashMap<String, Integer>();
        REVISIONS.forEach(id -> shares.merge(home(all, id), 1, Integer::sum));
        assertThat(shares.values()).hasSize(3).allSatisfy(n -> assertThat(n).isBetween(850, 1_150));

        var without = view(peer("a"), new Peer("b", "127.0.0.1", 1, true), peer("c"));
        assertThat(REVISIONS).allSatisfy(id -> {
            if (home(all, id).equals("b")) {
                assertThat(home(without, id)).isNotEqualTo("b");
            } else {
                assertThat(home(without, id)).isEqualTo(home(all, id));
            }
        });
    }

    @Test
    void aViewOfNobodyHasNoHomeAndOneInWhichAllLeaveStillHas() {
        assertThat(new PeerView(new TableVersion(1, 1), new ArrayList<>()).home(REVISIONS.getFirst()))
                .isEmpty();
        assertThat(home(view(new Peer("a", "127.0.0.1", 1, true)), REVISIONS.getFirst()))
                .isEqualTo("a");
    }
}
