package dev.sluice.builds.step;

/** The entry point of Sluice's step image: the arguments of the container are those of {@link Steps}. */
public final class StepMain {
    public static void main(String[] arguments) {
        System.exit(Steps.run(arguments, System.getenv(), System.out));
    }

    private StepMain() {}
}
