package dev.sluice.buses.stub;

import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.Placement;
import dev.sluice.buses.bus.Roster;
import dev.sluice.buses.bus.SubscriptionSettings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.jspecify.annotations.Nullable;

/** What a journal held when it was opened, by record id, which is also the order of arrival. */
record Loaded(
        long highestId,
        long storeId,
        Records.@Nullable Store store,
        Map<Long, ChannelId> channels,
        Map<Long, Roster.Elsewhere> elsewhere,
        Map<Long, Placement> placements,
        Map<Long, SubscriptionSettings> subscriptions,
        Map<Long, StoredEvent> events) {

    static Loaded from(List<RecordInfo> records) {
        long highest = 0;
        long storeId = 0;
        Records.Store store = null;
        var channels = new TreeMap<Long, ChannelId>();
        var elsewhere = new TreeMap<Long, Roster.Elsewhere>();
        var placements = new TreeMap<Long, Placement>();
        var subscriptions = new TreeMap<Long, SubscriptionSettings>();
        var events = new TreeMap<Long, StoredEvent>();
        for (var record : records) {
            highest = Math.max(highest, record.id);
            switch (record.userRecordType) {
                case Records.STORE -> {
                    storeId = record.id;
                    store = Records.json(record.data, Records.Store.class);
                }
                case Records.CHANNEL -> channels.put(record.id, Records.json(record.data, ChannelId.class));
                case Records.CHANNEL_ELSEWHERE ->
                    elsewhere.put(
                            record.id,
                            Records.json(record.data, Records.Channel.class).elsewhere());
                case Records.PLACEMENT -> placements.put(record.id, Records.json(record.data, Placement.class));
                case Records.SUBSCRIPTION ->
                    subscriptions.put(
                            record.id,
                            Records.json(record.data, Records.Subscription.class)
                                    .settings());
                case Records.EVENT -> events.put(record.id, Records.event(record.data));
                case Records.DONE -> {
                    var event = events.get(record.id);
                    if (event != null) {
                        event.done(Records.done(record.data));
                    }
                }
                default ->
                    throw new BusException("record type " + record.userRecordType + " is not known to this version");
            }
        }
        return new Loaded(highest, storeId, store, channels, elsewhere, placements, subscriptions, events);
    }
}
