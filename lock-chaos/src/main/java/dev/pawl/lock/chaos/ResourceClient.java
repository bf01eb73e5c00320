package dev.pawl.lock.chaos;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One thread's way to the {@link FencedResource}; no fault harms it. */
final class ResourceClient implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader in;
    private final Writer out;

    ResourceClient(int port, String process) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
        out.write(process + "\n");
    }

    void write(long op, String lock, long token) throws IOException {
        out.write(op + " " + lock + " " + token + "\n");
        out.flush();
        if (in.readLine() == null) {
            throw new EOFException("the resource has gone");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
