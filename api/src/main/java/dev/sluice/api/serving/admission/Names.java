package dev.sluice.api.serving.admission;

import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Kubernetes' rules for names, with its messages (k8s.io/apimachinery validation). */
final class Names {
    private static final Pattern DNS_1035 = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern DNS_1123_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern DNS_1123_SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern QUALIFIED = Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");

    static List<String> dns1035(String name) {
        return check(
                name,
                63,
                DNS_1035,
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                        + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used "
                        + "for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");
    }

    static boolean isDns1123Label(String name) {
        return name.length() <= 63 && DNS_1123_LABEL.matcher(name).matches();
    }

    static List<String> dns1123Subdomain(String name) {
        return check(
                name,
                253,
                DNS_1123_SUBDOMAIN,
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
                        + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
    }

    static List<String> qualified(String name) {
        int slash = name.indexOf('/');
        var errors = new ArrayList<String>();
        var local = name;
        if (slash >= 0) {
            var prefix = name.substring(0, slash);
            local = name.substring(slash + 1);
            if (prefix.isEmpty()) {
                errors.add("prefix part must be non-empty");
            } else {
                dns1123Subdomain(prefix).forEach(e -> errors.add("prefix part " + e));
            }
        }
        if (local.isEmpty()) {
            errors.add("name part must be non-empty");
        } else {
            check(
                            local,
                            63,
                            QUALIFIED,
                            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                                    + "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
                                    + "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")
                    .forEach(e -> errors.add("name part " + e));
        }
        return errors;
    }

    /** The name of an object, or the prefix it is generated from, at the paths {@code name} and {@code generateName}. */
    static FieldErrors ofObject(String name, String generateName) {
        if (!generateName.isEmpty()) {
            var wrong = dns1035(generatePrefix(generateName));
            if (!wrong.isEmpty()) {
                return FieldErrors.of("not a DNS 1035 label prefix: " + list(wrong), "generateName");
            }
        }
        if (!name.isEmpty()) {
            var wrong = dns1035(name);
            if (!wrong.isEmpty()) {
                return FieldErrors.of("not a DNS 1035 label: " + list(wrong), "name");
            }
        }
        return name.isEmpty() && generateName.isEmpty()
                ? FieldErrors.of("name or generateName is required", "name")
                : FieldErrors.none();
    }

    /** What is generated may end in anything: a dash at the end is as good as a letter. */
    static String generatePrefix(String generateName) {
        return generateName.endsWith("-") && generateName.length() > 1
                ? generateName.substring(0, generateName.length() - 1) + "a"
                : generateName;
    }

    /** As Go prints a slice. */
    static String list(List<String> messages) {
        return "[" + String.join(" ", messages) + "]";
    }

    private static List<String> check(String name, int longest, Pattern pattern, String message) {
        var errors = new ArrayList<String>();
        if (name.length() > longest) {
            errors.add("must be no more than " + longest
                    + (longest == 63 && pattern == QUALIFIED ? " characters" : " bytes"));
        }
        if (!pattern.matcher(name).matches()) {
            errors.add(message);
        }
        return errors;
    }

    private Names() {}
}
