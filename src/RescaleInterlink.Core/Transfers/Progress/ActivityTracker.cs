namespace RescaleInterlink.Transfers.Progress;

/// <summary>
/// What one transfer waits for, and what it is held to. The stages of a transfer work side by side, so that several of them do something at
/// most moments; the one that counts is the one that the others have to follow. Thread-safe.
/// </summary>
/// <param name="onChange">Told of each change, before and after. Not to call back.</param>
internal sealed class ActivityTracker(Action<TransferActivity, TransferActivity>? onChange)
{
    private readonly object _lock = new();
    private readonly int[] _waiting = new int[Enum.GetValues<WaitReason>().Length];
    private readonly int[] _working = new int[Enum.GetValues<TransferWork>().Length];
    private int _requests;

    // Memory or a connection had to be waited for since the last buffer was given out, or before that one.
    private bool _waited;
    private bool _heldUp;
    private bool _isReadAhead;
    private bool _ended;
    private TransferActivity _activity;

    /// <summary>Nothing as long as any request is under way, else what most of its chunks wait for.</summary>
    public WaitReason WaitingFor
    {
        get
        {
            lock (_lock)
            {
                if (_requests > 0) return WaitReason.Nothing;
                var most = 0;
                for (var reason = 1; reason < _waiting.Length; reason++)
                    if (_waiting[reason] > _waiting[most]) most = reason;
                return (WaitReason)most;
            }
        }
    }

    public void OnWait(WaitReason reason, int change)
    {
        lock (_lock)
        {
            _waiting[(int)reason] += change;
            _waited |= reason is WaitReason.Memory or WaitReason.Connection;
            Update();
        }
    }

    public void OnRequest(int change)
    {
        lock (_lock)
        {
            _requests += change;
            Update();
        }
    }

    public void OnWork(TransferWork work, int change)
    {
        lock (_lock)
        {
            _working[(int)work] += change;
            Update();
        }
    }

    /// <summary>It has got memory for more bytes.</summary>
    public void OnBuffer()
    {
        lock (_lock)
        {
            (_heldUp, _waited) = (_waited, false);
            Update();
        }
    }

    /// <summary>A piece was read.</summary>
    /// <param name="isAhead">The stages behind had not yet taken the pieces before it.</param>
    public void OnRead(bool isAhead)
    {
        lock (_lock)
        {
            _isReadAhead = isAhead;
            Update();
        }
    }

    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            Update();
        }
    }

    private void Update()
    {
        var now = _ended ? TransferActivity.Nothing : Find() ?? _activity;
        if (now == _activity) return;
        var before = _activity;
        _activity = now;
        onChange?.Invoke(before, now);
    }

    /// <returns>Null in the instants between two of its works: it is held to what it was.</returns>
    private TransferActivity? Find()
    {
        if (_waiting[(int)WaitReason.RateLimit] > 0) return TransferActivity.Bandwidth;
        // Fetching has been stopped until the hash has followed.
        if (_waiting[(int)WaitReason.Hash] > 0) return TransferActivity.Encryption;
        if (_waiting[(int)WaitReason.Disk] > 0) return OwnWork() ?? TransferActivity.Disk;
        // As long as bytes get ready without being held up, the requests follow them; once they are held up, they follow the requests.
        var isBlocked = _heldUp || _waiting[(int)WaitReason.Memory] + _waiting[(int)WaitReason.Connection] > 0;
        if (_requests > 0 && (isBlocked || OwnWork() is null)) return TransferActivity.Network;
        if (OwnWork() is { } work) return work;
        if (_waiting[(int)WaitReason.Retry] > 0) return TransferActivity.Network;
        if (_waiting[(int)WaitReason.Memory] > 0) return TransferActivity.Memory;
        return _waiting[(int)WaitReason.Connection] > 0 ? TransferActivity.Connection : null;
    }

    private TransferActivity? OwnWork()
    {
        var (encrypting, writing) = (_working[(int)TransferWork.Encrypting], _working[(int)TransferWork.Writing]);
        // The source counts unless what is read has to wait for those who encrypt it.
        if (!_isReadAhead || encrypting == 0)
        {
            if (_working[(int)TransferWork.Making] > 0) return TransferActivity.Making;
            if (_working[(int)TransferWork.Reading] > 0) return TransferActivity.Disk;
        }

        if (encrypting + writing == 0) return null;
        // A chunk is decrypted and written by one thread, which says both while it writes.
        return encrypting > 2 * writing ? TransferActivity.Encryption : TransferActivity.Disk;
    }
}

/// <summary>A piece of a transfer's own work that is under way. Disposed once.</summary>
internal readonly struct Working(ActivityTracker activity, TransferWork work) : IDisposable
{
    public void Dispose() => activity.OnWork(work, -1);
}
