package dev.sluice.app.platform;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Where an instance's log goes: the whole of it to a bounded file, Sluice's own story to the console. */
final class Logging {
    private static final String FILE_PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{24} %msg %kvp%n";
    private static final String CONSOLE_PATTERN = "%d{HH:mm:ss} %-5level %msg %kvp%n%nopex";
    /** Warns of every kind that is served in two versions. */
    private static final String VERSION_HINTS = "io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils";

    private static final int FILES = 3;

    static void of(Path file) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        context.getLogger("dev.sluice").setLevel(Level.INFO);
        context.getLogger(VERSION_HINTS).setLevel(Level.ERROR);
        // each lost connection, once a second; the buses say once that they are down
        context.getLogger("org.apache.kafka").setLevel(Level.ERROR);
        context.getLogger("com.rabbitmq").setLevel(Level.ERROR);
        root.addAppender(file(context, file));
        var console = new ConsoleAppender<ILoggingEvent>();
        var own = new ThresholdFilter();
        own.setLevel("INFO");
        own.start();
        console.addFilter(own);
        context.getLogger("dev.sluice").addAppender(start(context, console, CONSOLE_PATTERN));
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    private static RollingFileAppender<ILoggingEvent> file(LoggerContext context, Path file) {
        var appender = new RollingFileAppender<ILoggingEvent>();
        appender.setFile(file.toString());
        var window = new FixedWindowRollingPolicy();
        window.setContext(context);
        window.setParent(appender);
        window.setFileNamePattern(file + ".%i");
        window.setMinIndex(1);
        window.setMaxIndex(FILES);
        window.start();
        var size = new SizeBasedTriggeringPolicy<ILoggingEvent>();
        size.setContext(context);
        size.setMaxFileSize(FileSize.valueOf("10MB"));
        size.start();
        appender.setRollingPolicy(window);
        appender.setTriggeringPolicy(size);
        return start(context, appender, FILE_PATTERN);
    }

    private static <A extends OutputStreamAppender<ILoggingEvent>> A start(
            LoggerContext context, A appender, String pattern) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    private Logging() {}
}
