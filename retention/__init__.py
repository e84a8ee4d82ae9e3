"""When people must go: due dates, the nightly deletion, holds, forecasts, and the answer to "why is this kept?"."""
