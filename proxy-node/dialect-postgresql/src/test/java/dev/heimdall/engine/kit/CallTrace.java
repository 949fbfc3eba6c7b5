package dev.heimdall.engine.kit;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.Location;
import com.sun.jdi.StackFrame;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.LaunchingConnector;
import com.sun.jdi.connect.VMStartException;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.event.MethodExitEvent;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.EventRequestManager;
import com.sun.jdi.request.MethodEntryRequest;
import com.sun.jdi.request.MethodExitRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The engine's own methods that a read of {@link WarmReads} enters, by their files. Accessors and
 * lambdas count as calls: a reader has to follow them, too.
 *
 * @param calls how often methods of each file are entered; files as their class's full name
 * @param sending how many files are entered before the server is written to
 */
record CallTrace(Map<String, Integer> calls, int sending) {
  private static final String OURS = "dev.heimdall.";
  private static final String KIT = CallTrace.class.getPackageName() + ".";

  int files() {
    return calls.size();
  }

  int total() {
    return calls.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * Runs it in a process of its own, and ends that.
   *
   * @param directory an empty one
   */
  static CallTrace of(WarmReads.Spelling spelling, Path directory) throws IOException {
    VirtualMachine machine = launch(spelling, directory);
    Process process = machine.process();
    drain(process.getInputStream(), System.err);
    drain(process.getErrorStream(), System.err);
    try {
      return new Tracing(machine).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static VirtualMachine launch(WarmReads.Spelling spelling, Path directory)
      throws IOException {
    LaunchingConnector connector = Bootstrap.virtualMachineManager().defaultConnector();
    Map<String, Connector.Argument> arguments = connector.defaultArguments();
    arguments.get("options").setValue("-cp \"" + System.getProperty("java.class.path") + "\"");
    arguments
        .get("main")
        .setValue(WarmReads.class.getName() + " " + spelling + " \"" + directory + "\"");
    try {
      return connector.launch(arguments);
    } catch (IllegalConnectorArgumentsException | VMStartException e) {
      throw new IOException(e);
    }
  }

  private static void drain(InputStream from, OutputStream to) {
    Thread thread =
        new Thread(
            () -> {
              try (from) {
                from.transferTo(to);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            "output");
    thread.setDaemon(true);
    thread.start();
  }

  /** Follows one thread from the begin of {@link WarmReads#traced} to its end. */
  private static final class Tracing {
    private final VirtualMachine machine;
    private final Map<String, Integer> calls = new TreeMap<>();
    private int sending;
    private boolean complete;

    Tracing(VirtualMachine machine) {
      this.machine = machine;
    }

    CallTrace run() throws InterruptedException {
      EventRequestManager requests = machine.eventRequestManager();
      ClassPrepareRequest loading = requests.createClassPrepareRequest();
      loading.addClassFilter(WarmReads.class.getName());
      loading.enable();
      try {
        while (!complete) {
          EventSet events = machine.eventQueue().remove();
          events.forEach(this::on);
          events.resume();
        }
      } catch (VMDisconnectedException e) {
        throw new IllegalStateException("the process ended before the read was traced", e);
      }
      return new CallTrace(calls, sending);
    }

    private void on(Event event) {
      if (event instanceof ClassPrepareEvent loaded) {
        Location begin = loaded.referenceType().methodsByName("traced").get(0).location();
        machine.eventRequestManager().createBreakpointRequest(begin).enable();
      } else if (event instanceof BreakpointEvent begun) {
        follow(begun.thread());
      } else if (event instanceof MethodEntryEvent entered) {
        enter(entered);
      } else if (event instanceof MethodExitEvent left) {
        complete |= left.method().name().equals("traced");
      }
    }

    private void follow(ThreadReference thread) {
      EventRequestManager requests = machine.eventRequestManager();
      MethodEntryRequest entries = requests.createMethodEntryRequest();
      entries.addThreadFilter(thread);
      entries.addClassFilter(OURS + "*");
      entries.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
      entries.enable();
      MethodExitRequest ends = requests.createMethodExitRequest();
      ends.addThreadFilter(thread);
      ends.addClassFilter(WarmReads.class.getName());
      ends.enable();
    }

    private void enter(MethodEntryEvent entered) {
      String file = entered.method().declaringType().name().replaceFirst("\\$.*", "");
      if (!file.startsWith(KIT)) {
        if (!isOfKit(entered.thread())) {
          calls.merge(file, 1, Integer::sum);
        }
      } else if (sending == 0 && file.endsWith("SimulatedServers")) {
        sending = calls.size();
      }
    }

    /** Whether the kit's clients and servers have called it, which no node has. */
    private static boolean isOfKit(ThreadReference thread) {
      try {
        for (StackFrame frame : thread.frames()) {
          String caller = frame.location().declaringType().name();
          if (!caller.startsWith(OURS)) {
            return false;
          }
          if (caller.startsWith(KIT)) {
            return true;
          }
        }
      } catch (IncompatibleThreadStateException e) {
        throw new IllegalStateException("the thread is not stopped where it enters a method", e);
      }
      return false;
    }
  }
}
