using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Core.Tests.Transfers.Checkpoints;

public class CheckpointPolicyTests
{
    public static TheoryData<ErrorKind, bool> EveryKind
    {
        get
        {
            ErrorKind[] passing =
            [
                ErrorKind.Unreachable, ErrorKind.TimedOut, ErrorKind.RateLimited, ErrorKind.ServerFault, ErrorKind.Authentication,
                ErrorKind.AlreadyExists, ErrorKind.LocalFile, ErrorKind.State, ErrorKind.Protocol,
            ];
            var data = new TheoryData<ErrorKind, bool>();
            foreach (var kind in Enum.GetValues<ErrorKind>()) data.Add(kind, passing.Contains(kind));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(EveryKind))]
    public void What_can_pass_keeps_the_checkpoint(ErrorKind kind, bool keeps)
    {
        var fatal = new RescaleException(ErrorIds.StorageFault, kind, "It failed.", "Look.");
        var passing = new RescaleException(ErrorIds.StorageFault, kind, "It failed.", "Look.") { Behavior = ErrorBehavior.Retry };
        Assert.Equal(keeps, Keeps(fatal, CheckpointWorth.SomeBytes));
        Assert.True(Keeps(passing, CheckpointWorth.SomeBytes));
        Assert.True(Keeps(fatal, CheckpointWorth.SomeBytes, stopped: true));
        Assert.True(Keeps(fatal, CheckpointWorth.WholeObject));
        Assert.False(Keeps(passing, CheckpointWorth.Nothing, stopped: true));
    }

    [Fact]
    public void What_was_not_foreseen_keeps_it_too() => Assert.True(Keeps(new InvalidOperationException(), CheckpointWorth.SomeBytes));

    private static bool Keeps(Exception failure, CheckpointWorth worth, bool stopped = false) =>
        CheckpointPolicy.Keeps(failure, worth, new CancellationToken(stopped));
}
