package dev.sluice.serving.digest;

import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Credentials by what they are for, as pull secrets say it: a registry, in which each part of the name may have wildcards, and
 * perhaps the beginning of a path in it. They are tried as a kubelet does: the longest path of a name first.
 */
record Keyring(List<Key> keys) {
    private static final Keyring EMPTY = new Keyring(List.of());
    private static final Pattern SCHEME = Pattern.compile("^https?://");
    private static final Pattern API = Pattern.compile("^/v[12]/");

    /** @param path empty, or from its slash on */
    record Key(String host, String path, Credential credential) {
        /** @param written as a secret has it, with or without scheme; the paths of the API mean all of the registry */
        static Key of(String written, Credential credential) {
            var rest = SCHEME.matcher(written).replaceFirst("");
            int slash = rest.indexOf('/');
            var host = slash < 0 ? rest : rest.substring(0, slash);
            var path = slash < 0 ? "" : API.matcher(rest.substring(slash)).replaceFirst("/");
            return new Key(
                    host.equals(ImageName.HUB_INDEX) ? ImageName.HUB : host, path.equals("/") ? "" : path, credential);
        }

        private boolean fits(ImageName image) {
            return fits(host, image.registry()) && ("/" + image.repository()).startsWith(path);
        }

        private static boolean fits(String pattern, String registry) {
            var wanted = pattern.split("\\.", -1);
            var parts = registry.split("\\.", -1);
            if (wanted.length != parts.length) {
                return false;
            }
            for (int i = 0; i < parts.length; i++) {
                if (!glob(wanted[i]).matcher(parts[i]).matches()) {
                    return false;
                }
            }
            return true;
        }

        /** The port, behind the last part, has no wildcards of its own worth keeping apart. */
        private static Pattern glob(String part) {
            return Pattern.compile(part.chars()
                    .mapToObj(c -> switch (c) {
                        case '*' -> "[^:]*";
                        case '?' -> "[^:]";
                        default -> Pattern.quote(Character.toString(c));
                    })
                    .collect(Collectors.joining()));
        }
    }

    Keyring {
        keys = List.copyOf(keys);
    }

    static Keyring empty() {
        return EMPTY;
    }

    /** Those of this one are tried before the other's where both are for the same. */
    Keyring with(Keyring other) {
        return new Keyring(Stream.concat(keys.stream(), other.keys.stream()).toList());
    }

    List<Credential> of(ImageName image) {
        return keys.stream()
                .filter(key -> key.fits(image))
                .sorted(Comparator.comparing((Key key) -> key.host + key.path).reversed())
                .map(Key::credential)
                .distinct()
                .toList();
    }
}
