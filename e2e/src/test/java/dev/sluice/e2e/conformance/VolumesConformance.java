package dev.sluice.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files that come from ConfigMaps, Secrets, the pod itself and a service account. */
@Conformance
class VolumesConformance {
    private static final String READ = "/read?path=/mounted/";

    @BeforeEach
    void somethingToMount(World world) {
        world.create(Kind.CONFIG_MAP, "metadata: {name: words}\ndata: {spoken: from a ConfigMap}\n");
        world.create(Kind.SECRET, "metadata: {name: secrets}\nstringData: {kept: from a Secret}\n");
    }

    private static Thing mounting(World world, String volume) {
        return world.service("""
                metadata: {name: mounting}
                spec:
                  template:
                    spec:
                      containers:
                      - image: $V1
                        volumeMounts: [{name: ours, mountPath: /mounted, readOnly: true}]
                      volumes: [{name: ours, %s}]
                """.formatted(volume)).ready();
    }

    @Test
    @Row("TestConfigMapVolume")
    void mountsAConfigMap(World world) {
        assertThat(mounting(world, "configMap: {name: words}").body(READ + "spoken"))
                .isEqualTo("from a ConfigMap");
    }

    @Test
    @Row("TestProjectedConfigMapVolume")
    void projectsAConfigMap(World world) {
        var service = mounting(
                world, "projected: {sources: [{configMap: {name: words, items: [{key: spoken, path: a/b}]}}]}");
        assertThat(service.body(READ + "a/b")).isEqualTo("from a ConfigMap");
    }

    @Test
    @Row("TestSecretVolume")
    void mountsASecret(World world) {
        assertThat(mounting(world, "secret: {secretName: secrets}").body(READ + "kept"))
                .isEqualTo("from a Secret");
    }

    @Test
    @Row("TestProjectedSecretVolume")
    void projectsASecret(World world) {
        var service =
                mounting(world, "projected: {sources: [{secret: {name: secrets, items: [{key: kept, path: a/b}]}}]}");
        assertThat(service.body(READ + "a/b")).isEqualTo("from a Secret");
    }

    @Test
    @Row("TestProjectedComplex")
    void projectsSeveralThingsIntoOneFolder(World world) {
        var service = mounting(world, """
                projected: {sources: [
                  {configMap: {name: words, items: [{key: spoken, path: said}]}},
                  {secret: {name: secrets, items: [{key: kept, path: hidden}]}},
                  {downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}]}
                """.replace("\n", " "));
        assertThat(service.body(READ + "said")).isEqualTo("from a ConfigMap");
        assertThat(service.body(READ + "hidden")).isEqualTo("from a Secret");
        assertThat(service.body(READ + "labels")).contains("serving.knative.dev/service=\"mounting\"");
    }

    @Test
    @Row("TestProjectedServiceAccountToken")
    void projectsATokenOfItsServiceAccount(World world) {
        var service = mounting(
                world,
                "projected: {sources: [{serviceAccountToken: {audience: api, expirationSeconds: 3600, path: token}}]}");
        assertThat(service.body(READ + "token").split("\\.", -1)).hasSize(3);
    }
}
