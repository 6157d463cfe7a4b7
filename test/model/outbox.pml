/*
 * Recording, claiming, sending and settling one notice row, in every order that two instances can bring about.
 *
 * Each label is what the code does between two awaits; the store makes one step of it. Left out: policy, several
 * destinations, rate limits, storms, waiting times (a lease has ended or it has not).
 *
 * `npm run model` checks it as it stands and in every broken variant of test/model/variants.ts, each of which must fail.
 */
#define BATCHES 2

mtype = { absent, due, leased, done };

/* The row of lib/outbox/owed.ts, and its ETag. */
mtype state = absent;
byte want = 0, sent = 0, version = 0, holder = 0;
bool leaseRuns = false;

/* The finding's memory of records, and what the hub knows: acknowledged, or in somebody's hands. */
bool counted[BATCHES], acknowledged[BATCHES], inHand[BATCHES];

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

#define EVERYTHING_READ (acknowledged[0] && acknowledged[1])
#define SETTLED (state == done && sent == want)

/* A repeat needs a reason that no sender can rule out. */
inline receiverTakes(n) {
	taken[n]++;
	assert(taken[n] <= 1 + excuses[n])
}

/* The process dies: its lease runs out, nobody else's does. */
inline killed() {
	kills--;
	leaseRuns = (holder == me -> false : leaseRuns)
}

proctype instance(byte me) {
	byte batch, notice, read;
idle:
	do
	:: d_step { !acknowledged[0] && !inHand[0] -> inHand[0] = true; batch = 0 }; goto record
	:: d_step { acknowledged[0] && !acknowledged[1] && !inHand[1] -> inHand[1] = true; batch = 1 }; goto record
	:: d_step { redeliveries > 0 && acknowledged[0] && !inHand[0] -> redeliveries--; inHand[0] = true; batch = 0 }; goto record
	:: CLAIMABLE -> read = version; goto claim
	:: EVERYTHING_READ && SETTLED -> goto finished
	od;

record:
#ifdef ACKNOWLEDGED_FIRST
	acknowledged[batch] = true;
#endif
	if
	:: d_step { kills > 0 -> killed(); inHand[batch] = false }; goto idle
	:: skip
	fi;
	/* One transaction: the finding, and what is owed about it. */
	atomic {
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
		fi
	};
	if
	:: d_step { kills > 0 -> killed(); inHand[batch] = false }
	:: d_step { acknowledged[batch] = true; inHand[batch] = false }
	fi;
	goto idle;

claim:
	atomic {
		if
#ifdef CLAIM_WITHOUT_ETAG
		:: CLAIMABLE || state == leased ->
#else
		:: version == read && CLAIMABLE ->
#endif
			version++;
			state = leased;
			holder = me;
			leaseRuns = true;
			notice = want
		:: else -> goto idle
		fi
	};
#ifdef MARKED_BEFORE_SENT
	d_step { version++; state = done; sent = notice; holder = 0 };
#endif
	if
	:: d_step { kills > 0 -> killed() }; goto idle
	:: d_step { pauses > 0 && state == leased && holder == me -> pauses--; leaseRuns = false; excuses[notice]++ }
	:: skip
	fi;

send:
	if
	:: d_step { receiverTakes(notice) }
	:: d_step { lostAnswers > 0 -> lostAnswers--; receiverTakes(notice); excuses[notice]++ }; goto putOff
	:: d_step { refusals > 0 -> refusals-- }; goto putOff
	fi;
	if
	:: d_step { kills > 0 -> killed(); excuses[notice]++ }; goto idle
	:: skip
	fi;

settle:
	atomic {
		if
		:: MINE ->
			version++;
			sent = notice;
			holder = 0;
#ifdef DONE_ALTHOUGH_MORE
			state = done
#else
			state = (want > notice -> due : done)
#endif
		:: else -> excuses[notice]++
		fi
	};
	goto idle;

putOff:
	atomic {
		if
		:: MINE ->
			version++;
			holder = 0;
#ifdef FAILED_COUNTS_AS_SENT
			state = done
#else
			state = due
#endif
		:: else
		fi
	};
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
