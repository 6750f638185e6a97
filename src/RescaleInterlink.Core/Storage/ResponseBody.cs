namespace RescaleInterlink.Storage;

/// <summary>Reads the body of an answer to a ranged read.</summary>
internal static class ResponseBody
{
    /// <summary>Fills the destination, piece by piece at the pace of the watch.</summary>
    /// <exception cref="Errors.RescaleException">StorageFault when the body ends before.</exception>
    public static async Task FillAsync(Stream body, Memory<byte> destination, string key, ActivityWatch watch)
    {
        for (var filled = 0; filled < destination.Length;)
        {
            var piece = destination.Slice(filled, Math.Min(watch.PieceSize, destination.Length - filled));
            await watch.PaceAsync(piece.Length);
            while (piece.Length > 0)
            {
                var count = await body.ReadAsync(piece, watch.Token);
                if (count == 0) throw RangeAnswer.WrongLength(key, filled, destination.Length);
                filled += count;
                piece = piece[count..];
                watch.Touch();
            }
        }
    }
}
