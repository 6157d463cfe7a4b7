/*
 * Recording, claiming, sending and settling one notice row, in every order that two instances can bring about.
 *
 * Each label is what the code does between two awaits; the store makes one step of it. Left out: policy, several
 * destinations, rate limits, storms, waiting times (a lease has ended or it has not).
 *
 * `npm run model` checks it as it stands and in every broken variant of test/model/variants.ts, each of which must fail.
 * A random walk prints one line for each step; test/model/replay.ts makes the code take the same steps.
 */
#define BATCHES 2

mtype = { absent, due, leased, done };

/* What a line of a walk says that an instance did, or that happened to it. */
mtype = { takes, commits, acknowledges, looks, looksInVain, claims, misses, looksAgain, composes, isTooLate, stalls, isTaken, answerIsLost, isRefused, settles, putsOff, dies };

/* The row of lib/outbox/owed.ts, and its ETag. `waits`: 1 for its next attempt, 2 after that time. */
mtype state = absent;
byte want = 0, sent = 0, version = 0, holder = 0, waits = 0;
bool leaseRuns = false;

/* The finding's memory of records, and what the hub knows: acknowledged, or in somebody's hands. */
bool counted[BATCHES], acknowledged[BATCHES], inHand[BATCHES];

/* Instances whose look at the row is recent enough to begin a message with. */
bool fresh[3];

/* What the receiver took of each notice, and how many repeats the faults account for. */
byte taken[4], excuses[4];

/* The faults of one history. */
byte kills = 2, lostAnswers = 1, refusals = 1, redeliveries = 1, pauses = 1;

#ifdef LEASE_NEVER_ENDS
#define CLAIMABLE (state == due)
#else
#define CLAIMABLE (state == due || (state == leased && !leaseRuns))
#endif

#ifdef LEASE_NOT_CHECKED
#define MINE (state != absent)
#else
#define MINE (state == leased && holder == me)
#endif

#define DUE_STILL (state == due && (waits == 0 || (waits == 2 && fresh[me])))

#define EVERYTHING_READ (acknowledged[0] && acknowledged[1])
#define SETTLED (state == done && sent == want)

/* Who did what, and how things stand afterwards. */
inline did(what) {
	printf("%e %d %d %e %d %d %d %d %d%d %d %d\n", what, me, batch, state, want, sent, holder, leaseRuns, counted[0], counted[1], taken[1], taken[2])
}

/* A repeat needs a reason that no sender can rule out. */
inline receiverTakes(n) {
	taken[n]++;
	assert(taken[n] <= 1 + excuses[n])
}

/* A lease runs out, or a notice has waited for its next attempt: as much time passes for the other instance. */
inline timePasses() {
	fresh[3 - me] = false
}

inline leaseEnds() {
	leaseRuns = false;
	timePasses()
}

inline isFree() {
	holder = 0;
	leaseRuns = false
}

/* The process dies: its lease runs out, nobody else's does. */
inline killed() {
	kills--;
	fresh[me] = false;
	if
	:: holder == me && leaseRuns -> leaseEnds()
	:: else
	fi
}

proctype instance(byte me) {
	byte batch, notice, read;
idle:
	do
	:: d_step { !acknowledged[0] && !inHand[0] -> inHand[0] = true; batch = 0; did(takes) }; goto record
	:: d_step { acknowledged[0] && !acknowledged[1] && !inHand[1] -> inHand[1] = true; batch = 1; did(takes) }; goto record
	:: d_step { redeliveries > 0 && acknowledged[0] && !inHand[0] -> redeliveries--; inHand[0] = true; batch = 0; did(takes) }; goto record
	:: d_step { CLAIMABLE ->
		read = version;
		fresh[me] = true;
		if
		:: state == due && waits == 1 -> waits = 2; timePasses()
		:: else
		fi;
		did(looks)
	   }; goto claim
	:: d_step { state == leased && leaseRuns -> did(looksInVain) }
	:: EVERYTHING_READ && SETTLED -> goto finished
	od;

record:
#ifdef ACKNOWLEDGED_FIRST
	acknowledged[batch] = true;
#endif
	if
	:: d_step { kills > 0 -> killed(); inHand[batch] = false; did(dies) }; goto idle
	/* One transaction: the finding, and what is owed about it. */
	:: d_step {
		if
#ifdef RECORDS_FORGOTTEN
		:: true ->
#else
		:: !counted[batch] ->
#endif
			counted[batch] = true;
			want++;
			version++;
			if
			:: state != leased -> state = due
			:: else
			fi
#ifndef RECORDS_FORGOTTEN
		:: else
#endif
		fi;
		did(commits)
	}
	fi;

acknowledge:
	if
	:: d_step { kills > 0 -> killed(); inHand[batch] = false; did(dies) }
	:: d_step { acknowledged[batch] = true; inHand[batch] = false; did(acknowledges) }
	fi;
	goto idle;

claim:
	if
	:: d_step { kills > 0 -> killed(); did(dies) }; goto idle
#ifdef CLAIM_WITHOUT_ETAG
	:: d_step { CLAIMABLE || state == leased ->
#else
	:: d_step { version == read && CLAIMABLE ->
#endif
		version++;
		state = leased;
		holder = me;
		leaseRuns = fresh[me];
		waits = 0;
#ifdef MARKED_BEFORE_SENT
		state = done;
		sent = want;
		isFree();
#endif
		did(claims)
	   }; goto compose
#ifdef CLAIM_WITHOUT_ETAG
	:: d_step { !(CLAIMABLE || state == leased) -> did(misses) }
#else
	:: d_step { !(version == read && CLAIMABLE) -> did(misses) }
#endif
	fi;

lookAgain:
	/* Somebody was faster. What was due when it looked is still there to be claimed. */
	if
	:: d_step { kills > 0 -> killed(); did(dies) }; goto idle
	:: d_step { DUE_STILL -> read = version; did(looksAgain) }; goto claim
	:: d_step { !DUE_STILL -> fresh[me] = false; did(looksAgain) }; goto idle
	fi;

compose:
	/* The message is made from what is wanted by now; too little may be left of the lease to send it. */
	if
	:: d_step { kills > 0 -> killed(); did(dies) }; goto idle
	:: d_step { fresh[me] -> fresh[me] = false; notice = want; did(composes) }
	:: d_step { !fresh[me] -> did(isTooLate) }; goto idle
	fi;

send:
	if
	:: d_step { kills > 0 -> killed(); did(dies) }; goto idle
	:: d_step { pauses > 0 && state == leased && holder == me && leaseRuns -> pauses--; leaseEnds(); excuses[notice]++; did(stalls) }; goto send
	:: d_step { receiverTakes(notice); did(isTaken) }
	:: d_step { lostAnswers > 0 -> lostAnswers--; receiverTakes(notice); excuses[notice]++; did(answerIsLost) }; goto putOff
	:: d_step { refusals > 0 -> refusals--; did(isRefused) }; goto putOff
	fi;

settle:
	if
	:: d_step { kills > 0 -> killed(); excuses[notice]++; did(dies) }
	:: d_step {
		if
		:: MINE ->
			version++;
			sent = notice;
			isFree();
#ifdef DONE_ALTHOUGH_MORE
			state = done
#else
			state = (want > notice -> due : done)
#endif
		:: else -> excuses[notice]++
		fi;
		did(settles)
	}
	fi;
	goto idle;

putOff:
	if
	:: d_step { kills > 0 -> killed(); did(dies) }
	:: d_step {
		if
		:: MINE ->
			version++;
			isFree();
#ifdef FAILED_COUNTS_AS_SENT
			state = done
#else
			state = due;
			waits = 1
#endif
		:: else
		fi;
		did(putsOff)
	}
	fi;
	goto idle;

finished:
	skip
}

init {
	atomic { run instance(1); run instance(2) };
	/* Both are through, or neither can go on. */
	(_nr_pr == 1 || timeout);
	assert(EVERYTHING_READ && counted[0] && counted[1]);
	assert(want == BATCHES && SETTLED && taken[want] > 0)
}
