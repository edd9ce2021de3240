package dev.sluice.cesql;

import dev.sluice.model.filter.EventAttributes;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.SpecVersion;
import java.net.URI;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Attributes as the SDK wants to see an event. Expressions ask for attributes by name, all of them text here. */
record AttributesEvent(EventAttributes attributes) implements CloudEvent {
    @Override
    public @Nullable CloudEventData getData() {
        return null;
    }

    @Override
    public SpecVersion getSpecVersion() {
        return "0.3".equals(attributes.get("specversion")) ? SpecVersion.V03 : SpecVersion.V1;
    }

    @Override
    public String getId() {
        return text("id");
    }

    @Override
    public String getType() {
        return text("type");
    }

    @Override
    public URI getSource() {
        return URI.create(text("source"));
    }

    @Override
    public @Nullable String getDataContentType() {
        return attributes.get("datacontenttype");
    }

    @Override
    public @Nullable URI getDataSchema() {
        var schema = attributes.get("dataschema");
        return schema == null ? null : URI.create(schema);
    }

    @Override
    public @Nullable String getSubject() {
        return attributes.get("subject");
    }

    @Override
    public @Nullable OffsetDateTime getTime() {
        var time = attributes.get("time");
        return time == null ? null : OffsetDateTime.parse(time);
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return attributes.get(name);
    }

    @Override
    public Set<String> getAttributeNames() {
        var known = getSpecVersion().getAllAttributes();
        return attributes.names().stream().filter(known::contains).collect(Collectors.toSet());
    }

    @Override
    public @Nullable Object getExtension(String name) {
        return attributes.get(name);
    }

    @Override
    public Set<String> getExtensionNames() {
        var known = getSpecVersion().getAllAttributes();
        return attributes.names().stream().filter(name -> !known.contains(name)).collect(Collectors.toSet());
    }

    private String text(String name) {
        return Objects.requireNonNullElse(attributes.get(name), "");
    }
}
