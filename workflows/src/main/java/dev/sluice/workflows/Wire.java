package dev.sluice.workflows;

import io.temporal.common.SearchAttributeKey;
import java.util.List;

/** Names that stand in histories and on servers: they change only additively (docs: ARCHITECTURE, "Names that are wire format"). */
public final class Wire {
    public static final String CONTROL_QUEUE = "sluice-control";
    public static final String BUILD_QUEUE = "sluice-build";
    /** Where builds wait for their turn, so that those that wait take no place of those that run. */
    public static final String BUILD_TURNS_QUEUE = "sluice-build-turns";

    public static final String DELIVERY_QUEUE = "sluice-delivery";

    public static final SearchAttributeKey<String> KIND = SearchAttributeKey.forKeyword("SluiceKind");
    public static final SearchAttributeKey<String> NAMESPACE = SearchAttributeKey.forKeyword("SluiceNamespace");
    public static final SearchAttributeKey<String> NAME = SearchAttributeKey.forKeyword("SluiceName");
    public static final SearchAttributeKey<String> PHASE = SearchAttributeKey.forKeyword("SluicePhase");
    public static final SearchAttributeKey<String> REVISION = SearchAttributeKey.forKeyword("SluiceRevision");
    public static final SearchAttributeKey<List<String>> EVENT_TYPE =
            SearchAttributeKey.forKeywordList("SluiceEventType");
    public static final SearchAttributeKey<List<String>> EVENT_ID = SearchAttributeKey.forKeywordList("SluiceEventId");

    /** In the memo of a delivery: how many of its events are parked. Absent where none ever was. */
    public static final String PARKED_MEMO = "parked";

    public static String buildId(String namespace, String name, String uid) {
        return "build/" + namespace + "/" + name + "/" + uid;
    }

    public static String rolloutId(String namespace, String service, String uid) {
        return "rollout/" + namespace + "/" + service + "/" + uid;
    }

    public static String deliveryId(String namespace, String subscriptionUid, String shard, String firstStamp) {
        return "delivery/" + namespace + "/" + subscriptionUid + "/" + shard + "/" + firstStamp;
    }

    private Wire() {}
}
