package dev.pawl.lock.spring.integration;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.integration.leader.AbstractCandidate;
import org.springframework.integration.leader.Candidate;
import org.springframework.integration.leader.Context;
import org.springframework.integration.leader.event.AbstractLeaderEvent;
import org.springframework.integration.support.leader.LockRegistryLeaderInitiator;

/**
 * An application in a JVM of its own that stands for an office: the first argument says by whose initiator, the second is the role. It
 * writes what it is told, and closes its context when it is told {@code end}.
 */
final class LeaderMain {

    private LeaderMain() {}

    public static void main(String[] arguments) throws Exception {
        LockClient client = LockClient.connect(
                ChildJvm.config().leaseTime(Bench.CHILD_LEASE).build());
        Candidate candidate = new Telling(arguments[1]);
        GenericApplicationContext context = new GenericApplicationContext();
        context.registerBean(LockClient.class, () -> client);
        context.addApplicationListener((ApplicationListener<AbstractLeaderEvent>)
                event -> tell(event.getClass().getSimpleName(), event.getContext()));
        if (arguments[0].equals("pawl")) {
            context.registerBean(PawlLeaderInitiator.class, () -> new PawlLeaderInitiator(client, candidate));
        } else {
            context.registerBean(
                    LockRegistryLeaderInitiator.class,
                    () -> new LockRegistryLeaderInitiator(LockRegistrySuite.registry(client), candidate));
        }
        context.refresh();
        System.out.println("standing");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            if (line.equals("end")) {
                context.close();
                System.out.println("closed");
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static void tell(String what, Context context) {
        String term =
                context instanceof PawlLeaderContext pawls ? " " + pawls.token().value() : "";
        System.out.println(what + term);
    }

    private static final class Telling extends AbstractCandidate {

        Telling(String role) {
            super(null, role);
        }

        @Override
        public void onGranted(Context context) {
            tell("granted", context);
        }

        @Override
        public void onRevoked(Context context) {
            tell("revoked", context);
        }
    }
}
