package dev.sluice.protos;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The reference of {@code sluice.v1} as Markdown, out of the proto files and their comments. */
final class ReferencePage {
    private static final String HEAD = """
            # gRPC API sluice.v1

            An instance serves it with TLS; `./sluice status` shows where. Callers send a token that the cluster's API server accepts
            (`authorization: Bearer TOKEN`, for example of `kubectl create token`); what they may do is decided by the cluster's RBAC, with
            the verbs and resources given below. Health (`grpc.health.v1`) and reflection need no token. The state folder holds `api.ca.pem`,
            whom to trust, and `api.token`, what the command line uses:

            ```
            grpcurl -cacert $STATE/api.ca.pem -H "authorization: Bearer $(cat $STATE/api.token)" \\
                -d '{"namespace": "default"}' ADDRESS sluice.v1.Deliveries/List
            ```

            Errors: `UNAUTHENTICATED` (no token, or one that the cluster does not accept), `PERMISSION_DENIED` (the cluster's RBAC says no),
            `NOT_FOUND`, `INVALID_ARGUMENT`, `FAILED_PRECONDITION` (it cannot be done as things are; the message says why), `UNAVAILABLE`
            (the cluster or Temporal does not answer now).

            This page is generated from the files in `protos/src/main/proto`.
            """;

    private final StringBuilder page = new StringBuilder(HEAD);
    private final FileDescriptorProto file;
    private final Map<List<Integer>, String> comments = new HashMap<>();

    private ReferencePage(FileDescriptorProto file) {
        this.file = file;
        page.setLength(0);
        for (var location : file.getSourceCodeInfo().getLocationList()) {
            comments.put(
                    List.copyOf(location.getPathList()),
                    location.getLeadingComments().strip().replaceAll("\\s*\\n\\s*", " "));
        }
    }

    static String of(FileDescriptorSet set) {
        var text = new StringBuilder(HEAD);
        set.getFileList().stream()
                .filter(file -> file.getPackage().equals("sluice.v1"))
                .sorted(java.util.Comparator.comparing(FileDescriptorProto::getName))
                .forEach(file -> text.append(new ReferencePage(file).write()));
        return text.toString();
    }

    private String write() {
        for (int i = 0; i < file.getServiceCount(); i++) {
            service(file.getService(i), List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, i));
        }
        for (int i = 0; i < file.getMessageTypeCount(); i++) {
            message(file.getMessageType(i), List.of(FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, i));
        }
        for (int i = 0; i < file.getEnumTypeCount(); i++) {
            enumeration(file.getEnumType(i), List.of(FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, i));
        }
        return page.toString();
    }

    private void service(ServiceDescriptorProto service, List<Integer> path) {
        page.append("\n## ")
                .append(service.getName())
                .append("\n\n")
                .append(comment(path))
                .append("\n\n");
        page.append("| call | takes | returns | |\n| --- | --- | --- | --- |\n");
        for (int i = 0; i < service.getMethodCount(); i++) {
            MethodDescriptorProto method = service.getMethod(i);
            row(
                    "`" + method.getName() + "`",
                    "`" + local(method.getInputType()) + "`",
                    (method.getServerStreaming() ? "stream of " : "") + "`" + local(method.getOutputType()) + "`",
                    comment(child(path, ServiceDescriptorProto.METHOD_FIELD_NUMBER, i)));
        }
    }

    private void message(DescriptorProto message, List<Integer> path) {
        page.append("\n### ").append(message.getName()).append("\n\n");
        if (!comment(path).isEmpty()) {
            page.append(comment(path)).append("\n\n");
        }
        if (message.getFieldCount() == 0) {
            page.append("Empty.\n");
            return;
        }
        page.append("| field | type | |\n| --- | --- | --- |\n");
        for (int i = 0; i < message.getFieldCount(); i++) {
            var field = message.getField(i);
            row(
                    "`" + field.getName() + "` = " + field.getNumber(),
                    type(field),
                    comment(child(path, DescriptorProto.FIELD_FIELD_NUMBER, i)));
        }
    }

    private void enumeration(EnumDescriptorProto enumeration, List<Integer> path) {
        page.append("\n### ").append(enumeration.getName()).append("\n\n| value | |\n| --- | --- |\n");
        for (int i = 0; i < enumeration.getValueCount(); i++) {
            var value = enumeration.getValue(i);
            row(
                    "`" + value.getName() + "` = " + value.getNumber(),
                    comment(child(path, EnumDescriptorProto.VALUE_FIELD_NUMBER, i)));
        }
    }

    private static String type(FieldDescriptorProto field) {
        var name = field.getTypeName().isEmpty()
                ? field.getType().name().substring("TYPE_".length()).toLowerCase(Locale.ROOT)
                : local(field.getTypeName());
        return (field.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED ? "repeated " : "") + "`" + name + "`";
    }

    private void row(String... cells) {
        page.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private String comment(List<Integer> path) {
        return comments.getOrDefault(path, "");
    }

    private static String local(String type) {
        return type.substring(1).replace("sluice.v1.", "");
    }

    private static List<Integer> child(List<Integer> path, int field, int index) {
        var child = new java.util.ArrayList<>(path);
        child.add(field);
        child.add(index);
        return List.copyOf(child);
    }
}
