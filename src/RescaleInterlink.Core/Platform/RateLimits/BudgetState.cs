namespace RescaleInterlink.Platform.RateLimits;

/// <summary>
/// The budget of one scope, shared by all who use the same key: a bucket of tokens, and who has how many on their way.
/// Arithmetic only; who keeps it, and how others are kept from it meanwhile, is the ledger's matter.
/// </summary>
/// <remarks>
/// It never promises more than the platform's own bucket holds, however long calls take on their way: what was given out
/// and is not answered yet leaves no room to refill. Let S be the platform's tokens, U the calls given out that have not
/// arrived, H those not answered (H is at least U). Then Tokens is at most S - U: a call given out takes one of both sides, an
/// arrival changes neither, and while S grows at the hard rate or stands at the burst, Tokens grows slower, and only to the
/// burst less H. A bucket that refills from the moment of sending has not this property: calls that are late by the time in
/// which it refills arrive together with those that were sent from the refill, and the platform refuses them.
/// Who asks when there is nothing left is given a ticket for a token that is yet to come, and told when to come back for it. So tokens
/// are handed out in the order of asking, and a process that dies while it waits costs the others nothing but its own token. A
/// ticket is not good by its time alone: with as many calls on their way as the burst, nothing flows in until some are answered.
/// </remarks>
internal sealed class BudgetState
{
    /// <summary>A process that is silent for so long is taken for dead: nothing of it is on its way any more.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(15);

    /// <summary>As long a process counts as one that shares the budget (interop API 2.5).</summary>
    public static readonly TimeSpan ForgottenAfter = TimeSpan.FromSeconds(120);

    /// <summary>The limits are per hour; whatever an answer asks for, nobody is locked out for longer.</summary>
    public static readonly TimeSpan LongestCooldown = TimeSpan.FromHours(1);

    /// <summary>Over which the present use is averaged.</summary>
    private static readonly TimeSpan UseWindow = TimeSpan.FromSeconds(30);

    /// <summary>Tokens given out at once, at most.</summary>
    public const int LargestLease = 16;

    // With plenty, each process is given a part of its own share; with little, one token.
    private const int PartOfShare = 4;

    // A wait that was cut to the clock's ticks must not lead to another.
    private const double Hair = 1e-6;

    // Where answers are waited for and not time, nobody asks in vain without end.
    private const double LeastMissing = 0.05;

    /// <summary>Tells this state from one that was begun anew in its place, whose tickets are others.</summary>
    public long Epoch { get; set; }

    /// <summary>Negative when some are waited for.</summary>
    public double Tokens { get; set; }

    /// <summary>Tokens that were given out, those to come among them: the number of the last ticket.</summary>
    public long Issued { get; set; }

    /// <summary>When all this was true: time since the machine was started, in units of 100 ns. The wall clock is never asked.</summary>
    public long At { get; set; }

    /// <summary>How long nobody may call; zero when there is no cooldown.</summary>
    public TimeSpan Cooldown { get; set; }

    /// <summary>Calls given out, those of long ago counting less and less.</summary>
    public double Used { get; set; }

    public List<Sharer> Sharers { get; set; } = [];

    /// <summary>For a key that was never used on this machine.</summary>
    public static BudgetState Full(ScopeLimit limit, long now) => new() { Tokens = limit.Burst, At = now, Epoch = Random.Shared.NextInt64() };

    /// <summary>When nothing is known of what was used already.</summary>
    public static BudgetState Empty(long now) => new() { At = now, Epoch = Random.Shared.NextInt64() };

    public BudgetAnswer Exchange(ScopeLimit limit, BudgetRequest request, long now)
    {
        Advance(limit, now);
        var own = Sharers.Find(sharer => sharer.Id == request.Id);
        if (own is null)
            Sharers.Add(own = new Sharer { Id = request.Id, ProcessId = request.ProcessId });
        (own.Age, own.Held) = (TimeSpan.Zero, request.Held);
        Used += request.Charged;
        Tokens = Math.Min(Tokens + request.GivenBack - request.Charged, limit.Burst - OnTheWay);
        if (request.Refused is { } wish)
        {
            Tokens = Math.Min(Tokens, 0);
            if (wish > Cooldown)
                Cooldown = wish < LongestCooldown ? wish : LongestCooldown;
        }

        var granted = request.Wants && Cooldown == TimeSpan.Zero ? Give(limit) : 0;
        (Used, own.Held) = (Used + granted, own.Held + granted);
        Ticket? ticket = granted == 1 ? new Ticket(Epoch, Issued) : null;
        if (request.Pending is { } pending)
        {
            // Where the state was begun anew, a new one, behind those who were there first.
            if (pending.Epoch != Epoch)
                Issue(1);
            ticket = pending.Epoch == Epoch ? pending : new Ticket(Epoch, Issued);
        }

        var wait = ticket is { } held ? WaitFor(limit, held) : TimeSpan.Zero;
        var processes = Sharers.Select(static sharer => sharer.ProcessId).Distinct().Count();
        if (request.Leaves)
            Sharers.Remove(own);
        return new BudgetAnswer(granted, wait, Cooldown, Math.Max(0, Tokens), Used / UseWindow.TotalSeconds / limit.HardRate, processes) { Ticket = ticket };
    }

    private int OnTheWay => Sharers.Where(static sharer => sharer.Age <= DeadAfter).Sum(static sharer => sharer.Held);

    private int Give(ScopeLimit limit) => Issue(Tokens >= 1 - Hair ? Math.Clamp((int)(Tokens / (PartOfShare * Sharers.Count)), 1, LargestLease) : 1);

    private int Issue(int count)
    {
        (Tokens, Issued) = (Tokens - count, Issued + count);
        return count;
    }

    private TimeSpan WaitFor(ScopeLimit limit, Ticket ticket)
    {
        // All that has flowed in, less what was given out before this ticket, and the token itself.
        var missing = ticket.Number - (Tokens + Issued);
        return missing <= Hair ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Max(missing, LeastMissing) / limit.Rate);
    }

    private void Advance(ScopeLimit limit, long now)
    {
        // Less than it was: the machine was started anew since, and all of its present life has passed.
        var passed = TimeSpan.FromTicks(now >= At ? now - At : now);
        At = now;
        foreach (var sharer in Sharers)
            sharer.Age += passed;
        Tokens = Math.Max(Tokens, Math.Min(Tokens + (passed.TotalSeconds * limit.Rate), limit.Burst - OnTheWay));
        Cooldown = Cooldown > passed ? Cooldown - passed : TimeSpan.Zero;
        Used *= Math.Exp(-(passed / UseWindow));
        Sharers.RemoveAll(static sharer => sharer.Age > ForgottenAfter);
    }
}

/// <summary>One who uses a budget.</summary>
internal sealed class Sharer
{
    /// <summary>Random.</summary>
    public string Id { get; set; } = "";

    public int ProcessId { get; set; }

    /// <summary>Tokens given to it whose calls have not been answered yet.</summary>
    public int Held { get; set; }

    /// <summary>Since it was last heard of.</summary>
    public TimeSpan Age { get; set; }
}

/// <param name="Id">Of who asks.</param>
/// <param name="Held">Tokens it has and whose calls have not been answered, without those it gives back here.</param>
internal sealed record BudgetRequest(string Id, int ProcessId, int Held)
{
    /// <summary>Tokens that were not used.</summary>
    public int GivenBack { get; init; }

    /// <summary>Calls that were made without a token: repetitions, which do not wait for one unless the platform refused the call.</summary>
    public int Charged { get; init; }

    /// <summary>Whether it wants a token.</summary>
    public bool Wants { get; init; }

    /// <summary>What it waits for.</summary>
    public Ticket? Pending { get; init; }

    /// <summary>The platform refused a call, and asked to be left alone for so long.</summary>
    public TimeSpan? Refused { get; init; }

    /// <summary>It will not be heard of again.</summary>
    public bool Leaves { get; init; }
}

/// <summary>For one token that is yet to come.</summary>
/// <param name="Epoch">Of the state that gave it.</param>
internal readonly record struct Ticket(long Epoch, long Number);

/// <param name="Granted">Tokens given.</param>
/// <param name="Wait">When to ask for the token of the ticket again; zero when it is there.</param>
/// <param name="Cooldown">How long nobody is given any.</param>
/// <param name="Left">Tokens that are left for others.</param>
/// <param name="Use">Present use as a share of the platform's own limit.</param>
internal sealed record BudgetAnswer(int Granted, TimeSpan Wait, TimeSpan Cooldown, double Left, double Use, int Processes)
{
    /// <summary>Of the one token that was granted, or that was asked for; null for several.</summary>
    public Ticket? Ticket { get; init; }
}
