using RescaleInterlink.Library;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Core.Tests.Library;

public sealed class StaleTransfersTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TransferDirection.Upload)]
    [InlineData(TransferDirection.Download)]
    public void What_is_gone_from_a_folder_that_is_there_is_stale(TransferDirection direction)
        => Assert.Contains("is gone", StaleTransfers.Reason(Transfer(direction, _folder.File("model.bin"), Now), Now)!, StringComparison.Ordinal);

    [Theory]
    [InlineData(TransferDirection.Upload)]
    [InlineData(TransferDirection.Download)]
    public void A_disk_that_is_not_there_makes_nothing_stale_before_its_time(TransferDirection direction)
    {
        var path = _folder.File("unplugged/model.bin");
        Assert.Null(StaleTransfers.Reason(Transfer(direction, path, Now), Now));
        Assert.NotNull(StaleTransfers.Reason(Transfer(direction, path, Now - StaleTransfers.Age - TimeSpan.FromSeconds(1)), Now));
    }

    private static UnfinishedTransfer Transfer(TransferDirection direction, string path, DateTimeOffset updated) => new("0", UnfinishedState.Resumable)
    {
        Direction = direction,
        LocalPath = path,
        PartialFile = direction == TransferDirection.Download ? path : null,
        Updated = updated,
    };
}
