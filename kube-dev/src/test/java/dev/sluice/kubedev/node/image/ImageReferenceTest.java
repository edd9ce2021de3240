package dev.sluice.kubedev.node.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest",
        "me/app:1, docker.io/me/app:1",
        "docker.io/redis, docker.io/library/redis:latest",
        "index.docker.io/me/app, docker.io/me/app:latest",
        "localhost/app, localhost/app:latest",
        "10.0.0.1:5000/a/b/c:v, 10.0.0.1:5000/a/b/c:v",
        "ghcr.io/x/y, ghcr.io/x/y:latest"
    })
    void shortNamesAreSpelledOut(String text, String whole) {
        assertThat(ImageReference.parse(text).map(Object::toString)).hasValue(whole);
    }

    @Test
    void aDigestWinsOverATag() {
        String digest = "sha256:" + "a".repeat(64);
        ImageReference reference =
                ImageReference.parse("r.example/app:1@" + digest).orElseThrow();
        assertThat(reference.version()).isEqualTo(digest);
        assertThat(reference.floating()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Not/A Name", "", "docker.io/{username}/app", "a@sha256:12", "a:b:c d", "/a", "a//b"})
    void whatIsNoNameIsRefused(String text) {
        assertThat(ImageReference.parse(text)).isEmpty();
    }
}
