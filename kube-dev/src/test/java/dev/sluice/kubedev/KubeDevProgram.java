package dev.sluice.kubedev;

import dev.sluice.kubedev.node.LightNode;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A JVM to be killed: runs kube-dev with a node in the folder that it is given, says what it does, where and as whom, and waits. */
final class KubeDevProgram {

    private KubeDevProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        var kube = KubeDev.start(options(Path.of(arguments[0]), LightNode.Isolation.valueOf(arguments[1]))
                .withProgress(line -> System.out.println("progress " + line)));
        System.out.println("registry " + kube.registry().orElseThrow().address());
        System.out.println("pids "
                + String.join(
                        " ", kube.pids().values().stream().map(String::valueOf).toList()));
        new CountDownLatch(1).await();
    }

    static KubeDev.Options options(Path folder, LightNode.Isolation isolation) {
        return KubeDev.Options.in(folder, System::getenv).withNode(isolation);
    }
}
