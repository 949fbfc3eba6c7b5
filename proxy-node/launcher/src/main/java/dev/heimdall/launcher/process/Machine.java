package dev.heimdall.launcher.process;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Hardware that this process runs on: the machine, or the control group that holds the process.
 *
 * @param memory bytes of it
 */
public record Machine(long memory, int processors) {
  /** This one. */
  public static Machine current() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Machine(system.getTotalMemorySize(), Runtime.getRuntime().availableProcessors());
  }

  /** The bytes that this JVM may take for network buffers. */
  public static long directMemory() {
    String limit =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .getVMOption("MaxDirectMemorySize")
            .getValue();
    long bytes = Long.parseLong(limit);
    return bytes == 0 ? Runtime.getRuntime().maxMemory() : bytes;
  }

  /** A number of bytes for people. */
  public static String mebibytes(long bytes) {
    return "%,d MiB".formatted(bytes >> 20);
  }
}
