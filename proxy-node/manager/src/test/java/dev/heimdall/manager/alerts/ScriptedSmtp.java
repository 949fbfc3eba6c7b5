package dev.heimdall.manager.alerts;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A mail server that says what a test wants it to say. */
final class ScriptedSmtp implements AutoCloseable {
  private static final String PASSWORD = "only-for-a-moment";

  /** What it does with a connection. */
  interface Script {
    void run(Peer peer) throws IOException;
  }

  private final ServerSocket server;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  ScriptedSmtp(Script script) throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Thread thread =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                  open.add(socket);
                  script.run(new Peer(socket));
                } catch (IOException e) {
                  // The client has had enough, or the test is over.
                }
              }
            },
            "scripted-smtp");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  /** The lines of all clients, those over TLS with a mark before them. */
  List<String> heard() {
    return List.copyOf(heard);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** A certificate of its own authority for {@code localhost}, and nothing else. */
  record Identity(SSLContext context, Path authority) {
    static Identity create(Path directory) throws Exception {
      Path store = directory.resolve("identity.p12");
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-J-XX:TieredStopAtLevel=1",
                  "-genkeypair",
                  "-alias",
                  "it",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=localhost",
                  "-ext",
                  "SAN=dns:localhost",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  PASSWORD,
                  "-keystore",
                  store.toString())
              .redirectErrorStream(true)
              .start();
      keytool.getInputStream().readAllBytes();
      if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IOException("keytool failed");
      }
      KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      String pem =
          Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
              .encodeToString(keys.getCertificate("it").getEncoded());
      Path authority =
          Files.writeString(
              directory.resolve("authority.pem"),
              "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n".formatted(pem));
      return new Identity(context, authority);
    }
  }

  /** One client. */
  final class Peer {
    private Socket socket;
    private BufferedReader in;
    private OutputStream out;
    private String mark = "";

    private Peer(Socket socket) throws IOException {
      use(socket);
    }

    private void use(Socket next) throws IOException {
      socket = next;
      in = new BufferedReader(new InputStreamReader(next.getInputStream(), StandardCharsets.UTF_8));
      out = next.getOutputStream();
    }

    void say(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    String line() throws IOException {
      String line = in.readLine();
      if (line == null) {
        throw new IOException("gone");
      }
      heard.add(mark + line);
      return line;
    }

    /** Hears all there is, and answers nothing. */
    void keepSilent() throws IOException {
      while (socket.getInputStream().read() >= 0) {
        continue;
      }
    }

    void tls(Identity identity) throws IOException {
      SSLSocket secured =
          (SSLSocket)
              identity
                  .context()
                  .getSocketFactory()
                  .createSocket(socket, "localhost", socket.getPort(), true);
      secured.setUseClientMode(false);
      secured.startHandshake();
      use(secured);
      mark = "tls ";
    }

    /**
     * Takes mail.
     *
     * @param extensions that it offers
     * @param others what it says to what begins so, where that is not what servers say
     */
    void serve(List<String> extensions, Map<String, String> others, Identity identity)
        throws IOException {
      say("220 here\r\n");
      hear(extensions, others, identity);
    }

    private void hear(List<String> extensions, Map<String, String> others, Identity identity)
        throws IOException {
      while (true) {
        String line = line();
        String other =
            others.entrySet().stream()
                .filter(one -> line.toUpperCase(Locale.ROOT).startsWith(one.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
        if (!other.isEmpty()) {
          say(other + "\r\n");
        } else if (line.startsWith("EHLO")) {
          say("250-localhost\r\n");
          for (String extension : extensions) {
            say("250-" + extension + "\r\n");
          }
          say("250 8BITMIME\r\n");
        } else if (line.equals("STARTTLS")) {
          say("220 go\r\n");
          tls(identity);
        } else if (line.startsWith("AUTH")) {
          say("235 ok\r\n");
        } else if (line.equals("DATA")) {
          say("354 go\r\n");
          while (!line().equals(".")) {
            continue;
          }
          say("250 taken\r\n");
        } else if (line.equals("QUIT")) {
          say("221 bye\r\n");
          return;
        } else {
          say("250 ok\r\n");
        }
      }
    }
  }
}
