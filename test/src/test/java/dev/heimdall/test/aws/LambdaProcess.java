package dev.heimdall.test.aws;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.test.fixture.Await;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A function as Lambda runs it: a process with the runtime interface client, which asks the runtime
 * API for events and posts what comes of them. The runtime API is here.
 */
public final class LambdaProcess implements AutoCloseable {
  private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
  private static final String API = "/2018-06-01/runtime/";
  private static final int PATIENCE_SECONDS = 120;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<Invocation> waiting = new LinkedBlockingQueue<>();
  private final Map<String, Invocation> running = new ConcurrentHashMap<>();
  private final CompletableFuture<String> broken = new CompletableFuture<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final CountDownLatch listening = new CountDownLatch(1);
  private final Path output;
  private final Process process;

  private record Invocation(String id, String event, CompletableFuture<String> answer) {}

  /**
   * Starts it.
   *
   * @param jar what would be uploaded
   * @param handler the name of the function's class
   * @param environment what the function is told, besides what Lambda tells it
   */
  public LambdaProcess(Path jar, String handler, Map<String, String> environment) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(API, this::handle);
      server.setExecutor(threads);
      server.start();
      output = Files.createTempFile("lambda-", ".log");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Xmx192m");
      command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
      command.add("-cp");
      command.add(jar.toAbsolutePath() + File.pathSeparator + ofTheRuntime());
      command.add(CLIENT);
      command.add(handler);
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
      builder.environment().putAll(environment);
      builder
          .environment()
          .put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + server.getAddress().getPort());
      builder.environment().put("AWS_LAMBDA_FUNCTION_NAME", "heimdall-config-sync");
      builder.environment().put("_HANDLER", handler);
      process = started(builder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One at a time on this machine: the client unpacks its native code under a name that is the same
   * for all, and a file that another one replaces while it is loaded ends the process.
   */
  private Process started(ProcessBuilder builder) throws IOException {
    synchronized (LambdaProcess.class) {
      try (FileChannel turn =
              FileChannel.open(
                  Path.of(
                      System.getProperty("java.io.tmpdir"),
                      "heimdall-lambda-" + System.getProperty("user.name") + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock held = turn.lock()) {
        Process begun = builder.start();
        Await.until(
            "the function has asked for an event, or has ended",
            Duration.ofSeconds(PATIENCE_SECONDS),
            () -> listening.getCount() == 0 || broken.isDone() || !begun.isAlive(),
            () -> output() + (held.isValid() ? "" : "the lock is lost"));
        return begun;
      }
    }
  }

  /** What Lambda's own runtime has. */
  private static String ofTheRuntime() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.contains("aws-lambda-java-"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Has an event handled, and says what the function answers. */
  public String invoke(String event) {
    Invocation invocation =
        new Invocation("request-" + numbers.incrementAndGet(), event, new CompletableFuture<>());
    running.put(invocation.id(), invocation);
    waiting.add(invocation);
    try {
      return CompletableFuture.anyOf(invocation.answer(), broken)
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .toString();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the function does not answer: " + e + "\n" + output(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What it has printed. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring(API.length());
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      if (path.equals("invocation/next")) {
        next(exchange);
        return;
      }
      String[] parts = path.split("/");
      if (path.startsWith("init/")) {
        broken.completeExceptionally(new IllegalStateException(body));
      } else if (parts[2].equals("response")) {
        running.remove(parts[1]).answer().complete(body);
      } else {
        running.remove(parts[1]).answer().completeExceptionally(new IllegalStateException(body));
      }
      send(exchange, 202, "{\"status\":\"OK\"}");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void next(HttpExchange exchange) throws IOException, InterruptedException {
    listening.countDown();
    Invocation invocation = waiting.take();
    var headers = exchange.getResponseHeaders();
    headers.set("Lambda-Runtime-Aws-Request-Id", invocation.id());
    headers.set("Lambda-Runtime-Deadline-Ms", "" + (System.currentTimeMillis() + 60_000));
    headers.set(
        "Lambda-Runtime-Invoked-Function-Arn",
        "arn:aws:lambda:eu-west-1:123456789012:function:heimdall-config-sync");
    headers.set("Lambda-Runtime-Trace-Id", "Root=1-5e1b4151-5ac6c58f5b5daa6dd8f1b0f4");
    send(exchange, 200, invocation.event());
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    server.stop(0);
    threads.shutdownNow();
    try {
      Files.deleteIfExists(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
