module go_calls

go 1.19
