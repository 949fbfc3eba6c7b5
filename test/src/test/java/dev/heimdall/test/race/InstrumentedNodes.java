package dev.heimdall.test.race;

import dev.heimdall.test.fixture.StartedNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.pool.TypePool;

/**
 * The node's classes once more, with what a {@link Wiring} puts into them; the nodes that are
 * started from them, one at a time, run beside those of the usual ones.
 */
final class InstrumentedNodes extends ClassLoader {
  private static final String ENGINE = "dev.heimdall.engine.";
  private static final String NODE = ENGINE + "boot.Node";

  private final List<Wiring.Piece> pieces;
  private final ClassFileLocator files;
  private final TypePool types;

  InstrumentedNodes(Wiring wiring) {
    super(InstrumentedNodes.class.getClassLoader());
    pieces = wiring.pieces();
    files = ClassFileLocator.ForClassLoader.of(getParent());
    types = TypePool.Default.of(files);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(ENGINE) && !name.equals(Injection.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes =
        pieces.stream().anyMatch(piece -> piece.in().equals(name)) ? with(name) : of(name);
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] of(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(path)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] with(String name) {
    DynamicType.Builder<?> builder =
        new ByteBuddy().redefine(types.describe(name).resolve(), files);
    for (Wiring.Piece piece : pieces) {
      if (piece.in().equals(name)) {
        if (types.describe(name).resolve().getDeclaredMethods().filter(piece.method()).size()
            != 1) {
          throw new IllegalStateException("no one method " + piece.method() + " in " + name);
        }
        builder = builder.visit(Advice.to(piece.advice(), files).on(piece.method()));
      }
    }
    return builder.make().getBytes();
  }

  /** Who watches from now on. */
  void watchedBy(Steps steps) {
    try {
      @SuppressWarnings("unchecked") // it is what Injection has
      AtomicReference<Steps> watch =
          (AtomicReference<Steps>) loadClass(Injection.class.getName()).getField("STEPS").get(null);
      watch.set(steps);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  StartedNode start(Path directory) {
    Object node;
    try {
      node = loadClass(NODE).getMethod("start", Path.class).invoke(null, directory);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the node does not start", e);
    }
    return new StartedNode() {
      @Override
      public int port(String vdb) {
        return (int) call("port", vdb);
      }

      @Override
      public int httpPort() {
        return (int) call("httpPort");
      }

      @Override
      public void close() {
        call("close");
      }

      private Object call(String method, String... arguments) {
        Class<?>[] kinds = new Class<?>[arguments.length];
        Arrays.fill(kinds, String.class);
        try {
          return node.getClass().getMethod(method, kinds).invoke(node, (Object[]) arguments);
        } catch (InvocationTargetException e) {
          throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }
}
