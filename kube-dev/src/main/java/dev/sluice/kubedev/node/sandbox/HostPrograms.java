package dev.sluice.kubedev.node.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Programs of this machine by their absolute paths, found once: what a container mounts or sets later does not change them. */
final class HostPrograms {
    static final String USUAL = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final Map<String, String> FOUND = new ConcurrentHashMap<>();

    /** Of a program that is nowhere its bare name, so that the system says what is missing. */
    static String path(String name) {
        return FOUND.computeIfAbsent(name, HostPrograms::find);
    }

    private static String find(String name) {
        String own = new ProcessBuilder().environment().getOrDefault("PATH", USUAL); // what a child would be given
        return Stream.of((own + ":" + USUAL).split(":", -1))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElse(name);
    }

    private HostPrograms() {}
}
